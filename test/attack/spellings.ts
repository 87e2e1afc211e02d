import type { RawRequest } from "./world.ts";

/** A path of the API with something in its places. */
export const filled = (path: string): string => path.replace(/\{\w+\}|:\w+/g, "x1");
const encoded = (path: string, at: number): string => `${path.slice(0, at)}%${path.charCodeAt(at).toString(16)}${path.slice(at + 1)}`;

/** The ways to write an address that somebody, somewhere, reads otherwise. `token` is the right one, in the wrong place. */
export const spellingsOf = (token: string): [string, (path: string, port: number) => Partial<RawRequest> & { target: string }][] => [
	["as it is", (path) => ({ target: path })],
	["with its first letter encoded", (path) => ({ target: encoded(path, 1) })],
	["with a letter in the middle encoded", (path) => ({ target: encoded(path, Math.floor(path.length / 2)) })],
	["with its last letter encoded", (path) => ({ target: encoded(path, path.length - 1) })],
	["in capitals", (path) => ({ target: path.toUpperCase() })],
	["in absolute form", (path, port) => ({ target: `http://127.0.0.1:${port}${path}` })],
	["in absolute form of another host", (path) => ({ target: `http://evil.example${path}` })],
	["with two slashes before", (path) => ({ target: `/${path}` })],
	["with two slashes within", (path) => ({ target: path.replace(/(?<=.)\//, "//") })],
	["with a slash after", (path) => ({ target: `${path}/` })],
	["with a dot segment", (path) => ({ target: `/.${path}` })],
	["through a folder and back", (path) => ({ target: `/assets/..${path}` })],
	["through an encoded folder and back", (path) => ({ target: `/assets/%2e%2e${path}` })],
	["with a backslash", (path) => ({ target: path.replaceAll("/", "\\") })],
	["with encoded slashes", (path) => ({ target: `/${path.slice(1).replaceAll("/", "%2f")}` })],
	["with a path parameter", (path) => ({ target: `${path};a=b` })],
	["with an empty query", (path) => ({ target: `${path}?` })],
	["with a fragment", (path) => ({ target: `${path}#x` })],
	["with a zero byte", (path) => ({ target: `${path}%00` })],
	["with the right token in the query", (path) => ({ target: `${path}?token=${encodeURIComponent(token)}` })],
	["with the head of another method", (path) => ({ target: path, headers: { "x-http-method-override": "GET" } })],
	["said to come from this machine", (path) => ({ target: path, headers: { "x-forwarded-for": "127.0.0.1", forwarded: "for=127.0.0.1" } })],
	["said to be asked for another address", (path) => ({ target: "/healthz", headers: { "x-original-url": path, "x-rewrite-url": path } })],
];
