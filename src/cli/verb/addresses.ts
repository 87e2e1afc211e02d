import { networkInterfaces } from "node:os";

/** This machine's addresses on its networks, without those that only it reaches and those of one cable. */
export function addressesOfThisMachine(): string[] {
	return Object.values(networkInterfaces())
		.flatMap((each) => each ?? [])
		.filter(({ internal, address }) => !internal && !address.startsWith("fe80"))
		.map(({ address }) => address);
}

/** Whether a listener is bound to every network of the machine. */
export const isWild = (host: string): boolean => host === "0.0.0.0" || host === "::";

/** Addresses of a page for a person with a laptop on the same network, over TLS; none where the page is open to this machine only. */
export function urlsFromTheNetwork(host: string, page: string, own = addressesOfThisMachine()): string[] {
	if (!isWild(host)) return [];
	const { port } = new URL(page);
	return own.slice(0, 3).map((address) => `https://${address.includes(":") ? `[${address}]` : address}:${port}`);
}
