# SPDX-License-Identifier: Apache-2.0
BEGIN {
  for (i = 1; i <= 30000; i++) {
    x = i / 997
    a += sin(x) * exp(-x / 10); b += sqrt(x) * cos(x); c += log(x + 1); d += atan2(x, b + 0.5); e += int(x * 1.7) % 13
    if (i % 3000 == 0) printf "%d %.17g %.17g %.17g %.17g %d\n", i, a, b, c, d, e
  }
  for (n = 2; n < 6000; n++) if (!(n in sieve)) { primes++; for (m = n * n; m < 6000; m += n) sieve[m] = 1 }
  print primes
  for (i = 0; i < 3000; i++) { text = text sprintf("%x", i * i); if (match(text, /f[0-9]+f$/)) hits++ }
  print hits, length(text), substr(text, 1000, 40)
}
