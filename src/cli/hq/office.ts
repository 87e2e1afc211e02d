import { existsSync } from "node:fs";
import { type Ask, ask, hqSocket, hqUrl } from "../verb/ask.ts";
import { askConsole } from "./console.ts";

/** Sends one request to head office; rejects with Refused when it refuses. */
export type AskOffice = <T>(path: string, asked?: Ask) => Promise<T>;

/** Over HTTP where an address or a token is given; else over the socket of a head office on this machine, if it runs there. */
export function officeOf(values: { hq?: string; data?: string; token?: string }): AskOffice {
	const token = values.token ?? process.env["GONDOLA_HQ_TOKEN"] ?? process.env["GONDOLA_TOKEN"];
	const socket = hqSocket(values.data ?? "gondola-hq");
	const isNear =
		values.data !== undefined || (values.hq === undefined && process.env["GONDOLA_HQ_URL"] === undefined && existsSync(socket));
	if (token === undefined && isNear) return (path, asked) => askConsole(socket, path, asked);
	const base = hqUrl(values.hq);
	return (path, asked) => ask(base, path, { ...asked, token });
}
