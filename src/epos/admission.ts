import type { IncomingHttpHeaders } from "node:http";
import { BlockList, isIP } from "node:net";

export interface Admission {
	/** Why this till may not print, as a sentence for the log; undefined for a till that may. */
	refusal(address: string, origin: string | undefined): string | undefined;
	/** The CORS headers by which a browser lets the page read the answer. */
	headers(asked: IncomingHttpHeaders): [name: string, value: string][];
}

/**
 * Tills are admitted by their network address; pages in a browser also by their `Origin` header, which the browser sets and a page
 * cannot forge.
 */
export function admissionOf({ allow, origins }: { allow: readonly string[]; origins: readonly string[] }): Admission {
	const tills = new BlockList();
	for (const each of allow) add(tills, each);
	const known = new Set(origins.map((origin) => origin.toLowerCase().replace(/\/$/, "")));
	return {
		refusal(address, origin) {
			const plain = address.replace(/^::ffff:/i, "");
			if (!tills.check(plain, isIP(plain) === 6 ? "ipv6" : "ipv4")) return `The address ${plain} is not in epos.allow.`;
			if (origin !== undefined && !known.has(origin.toLowerCase())) return `The page ${origin.slice(0, 200)} is not in epos.origins.`;
			return undefined;
		},
		headers({ origin, "access-control-request-private-network": isPrivateAsked }) {
			if (origin === undefined) return [];
			return [
				["access-control-allow-origin", origin],
				["access-control-allow-methods", "POST, GET, OPTIONS"],
				["access-control-allow-headers", "content-type, if-modified-since, soapaction, content-length"],
				["access-control-max-age", "7200"],
				["vary", "origin"],
				...(isPrivateAsked === "true" ? [["access-control-allow-private-network", "true"] as [string, string]] : []),
			];
		},
	};
}

function add(list: BlockList, each: string): void {
	const [address = "", bits] = each.split("/");
	const family = isIP(address) === 6 ? "ipv6" : "ipv4";
	if (bits === undefined) list.addAddress(address, family);
	else list.addSubnet(address, Number(bits), family);
}
