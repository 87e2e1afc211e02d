#!/bin/sh
# /usr/bin/gondola
# The runtime sizes its nursery by the machine's memory; with 2 MB the gateway is 50 MB smaller. The same stands in src/cli/child.ts.
exec /usr/lib/gondola/node_modules/.bin/node --max-semi-space-size=2 /usr/lib/gondola/src/cli/main.ts "$@"
