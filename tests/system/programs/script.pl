# SPDX-License-Identifier: Apache-2.0
my ($state, %count, @all) = (12345);
for (1 .. 30000) {
    $state = ($state * 1103515245 + 12345) & 0x7fffffff;
    my $word = sprintf "%05x", $state >> 12;
    $count{substr $word, 0, 2}++;
    push @all, $word if $word =~ /^([0-9a-f])[0-7]+\1?[a-f]$/;
}
print "$_ $count{$_}\n" for sort keys %count;
print join(" ", sort { $a cmp $b } @all), "\n";
my $text = join "", map { pack "Nnd<f<", $_ * 65537, $_, $_ / 7, $_ / 3 } 1 .. 2000;
print unpack("%32C*", $text), " ", unpack("H*", substr $text, 500, 100), "\n";
(my $turned = $text) =~ tr/\x00-\x7f\x80-\xff/\x80-\xff\x00-\x7f/;
print unpack("%32N*", $turned), " ", ($turned =~ s/[\x80-\x9f]+/-/g), "\n";
printf "%.17g %.17g %s %s\n", 10**-5 * $_, exp($_) / sqrt($_ + 1), $_ ** 11 % 1000003, 0.1 * $_ for 1 .. 200;
