# SPDX-License-Identifier: Apache-2.0
i=0 sum=0
while [ $i -lt 20000 ]; do
  i=$((i + 1)) sum=$(((sum * 31 + i) % 1000003))
  case $sum in *77*) echo "$i $sum" ;; esac
done
for word in $(seq 30); do (exit "$word") || echo "$word: $?" | tr 0-9 a-j; done
