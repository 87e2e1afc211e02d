#!/bin/sh
# /usr/bin/gondola
# The daemon: a small nursery, machine code only for what is called some thousand times, and with the last flag it gives memory back
# (src/daemon/watch/heap.ts). All else: a nursery that is not sized by the machine's memory; 50 MB less. glibc gives each thread a heap and takes
# little of it back: 40 MB while labels are drawn. The same stands in src/cli/demo/child.ts.
flags=--max-semi-space-size=2
[ "$1" = run ] && flags="--optimize-for-size --efficiency-mode --no-short-builtin-calls --v8-pool-size=2 --expose-gc"
export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX:-2}" MALLOC_TRIM_THRESHOLD_="${MALLOC_TRIM_THRESHOLD_:-65536}"
# The build sees for itself whether it is of these sources; without one they are run as they are.
program=/usr/lib/gondola/dist/gateway/gondola.js
[ -f "$program" ] || program=/usr/lib/gondola/src/cli/main.ts
# The package brings its runtime itself; in a copied folder it is the one that npm fetched.
node=/usr/lib/gondola/node
[ -x "$node" ] || node=/usr/lib/gondola/node_modules/.bin/node
exec "$node" $flags "$program" "$@"
