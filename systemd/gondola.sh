#!/bin/sh
# /usr/bin/gondola
# The runtime sizes its nursery by the machine; with 2 MB it is 50 MB smaller. glibc gives each thread a heap and takes little of it back: 40 MB
# while labels are drawn. With the last flag the daemon gives memory back (src/daemon/heap.ts). The same stands in src/cli/child.ts.
flags="--max-semi-space-size=2 --expose-gc"
export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX:-2}" MALLOC_TRIM_THRESHOLD_="${MALLOC_TRIM_THRESHOLD_:-65536}"
# The build sees for itself whether it is of these sources; without one they are run as they are.
program=/usr/lib/gondola/dist/gateway/gondola.js
[ -f "$program" ] || program=/usr/lib/gondola/src/cli/main.ts
exec /usr/lib/gondola/node_modules/.bin/node $flags "$program" "$@"
