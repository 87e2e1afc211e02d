#!/bin/sh
# /usr/bin/gondola
exec /usr/lib/gondola/node_modules/.bin/node /usr/lib/gondola/src/cli/main.ts "$@"
