#!/bin/sh
# /usr/bin/gondola
# The runtime sizes its nursery by the machine's memory; with 2 MB the gateway is 50 MB smaller. glibc gives each thread a heap and takes
# little of it back: 40 MB while labels are drawn. The same stands in src/cli/child.ts.
export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX:-2}"
exec /usr/lib/gondola/node_modules/.bin/node --max-semi-space-size=2 /usr/lib/gondola/src/cli/main.ts "$@"
