import { networkInterfaces } from "node:os";
import { isEverywhere } from "../../config/listeners.ts";

/** This machine's addresses on its networks, without those that only it reaches and those of one cable. */
export function addressesOfThisMachine(): string[] {
	return Object.values(networkInterfaces())
		.flatMap((each) => each ?? [])
		.filter(({ internal, address }) => !internal && !address.startsWith("fe80"))
		.map(({ address }) => address);
}

/** Addresses of a page for a person with a laptop on the same network, over TLS; none where the page is open to this machine only. */
export function urlsFromTheNetwork(host: string, page: string, own = addressesOfThisMachine()): string[] {
	if (!isEverywhere(host)) return [];
	const { port } = new URL(page);
	return own.slice(0, 3).map((address) => `https://${address.includes(":") ? `[${address}]` : address}:${port}`);
}
