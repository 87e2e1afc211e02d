/** The gateway on this machine: the address of its desk and the token of its own verbs, by its configuration. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Box {
	url: string;
	data: string;
	/** Undefined where this user may not read the token, or where the gateway never ran. */
	token: string | undefined;
}

/** Where the package installs the configuration. */
const installedConfig = "/etc/gondola/gondola.yaml";

/** The configuration that was named, or that of this machine. It need not exist. */
export const configFile = (given?: string): string => given ?? process.env["GONDOLA_CONFIG"] ?? installedConfig;

let found: Promise<Box | undefined> | undefined;

/** Uses another configuration than this machine's own, for the rest of this run. */
export function useBox(file: string): void {
	found = readBox(file);
}

/** Undefined on a machine without a configuration that can be read. */
export function thisBox(): Promise<Box | undefined> {
	found ??= readBox(configFile());
	return found;
}

async function readBox(file: string): Promise<Box | undefined> {
	if (!existsSync(file)) return undefined;
	const { parse } = await import("yaml");
	let read: { data?: unknown; desk?: { host?: unknown; port?: unknown } };
	try {
		read = (parse(readFileSync(file, "utf8")) as typeof read | null) ?? {};
	} catch {
		// `config check` and `run` report what is wrong with it.
		return undefined;
	}
	const data = typeof read.data === "string" ? read.data : "/var/lib/gondola";
	const named = typeof read.desk?.host === "string" ? read.desk.host : "127.0.0.1";
	const host = named === "0.0.0.0" || named === "::" ? "127.0.0.1" : named;
	const port = typeof read.desk?.port === "number" ? read.desk.port : 8080;
	return { url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`, data, token: tokenIn(data) };
}

function tokenIn(data: string): string | undefined {
	try {
		return readFileSync(join(data, "secrets", "box.token"), "utf8").trim();
	} catch {
		return undefined;
	}
}
