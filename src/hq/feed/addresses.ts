/** Which addresses head office may call: none of its own machine, and none that only its own network segment reaches. */
import { type LookupAddress, lookup } from "node:dns";
import { BlockList, isIP } from "node:net";

const near = new BlockList();
for (const [network, bits] of [
	["0.0.0.0", 8],
	["127.0.0.0", 8],
	["169.254.0.0", 16],
	["224.0.0.0", 4],
	["240.0.0.0", 4],
] as const)
	near.addSubnet(network, bits, "ipv4");
for (const [network, bits] of [
	["::", 127],
	["fe80::", 10],
	["fec0::", 10],
	["ff00::", 8],
	// IPv4 embedded in IPv6: NAT64 and 6to4. BlockList treats mapped addresses (::ffff:…) as IPv4 itself.
	["64:ff9b::", 96],
	["2002::", 16],
] as const)
	near.addSubnet(network, bits, "ipv6");

/** Loopback, link-local, unspecified, multicast and reserved addresses. */
export const isNear = (address: string): boolean => near.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");

/** Host names and addresses that the configuration allows although they are local. */
export type Allowed = ReadonlySet<string>;

const bare = (host: string): string =>
	host
		.toLowerCase()
		.replace(/^\[|\]$/g, "")
		.replace(/\.$/, "");

/** Why a webhook may not have this address, as a sentence; undefined: it may. A name is resolved again at each call. */
export function refusedUrl(text: string, allowed: Allowed): string | undefined {
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (!url) return "no address such as https://erp.example/facts";
	if (url.protocol !== "https:" && url.protocol !== "http:") return "begins with neither https:// nor http://";
	if (url.username !== "" || url.password !== "") return "holds a name or password; the signature says who calls";
	const host = bare(url.hostname);
	if (allowed.has(host)) return undefined;
	if (host === "localhost" || host.endsWith(".localhost")) return "is head office's own machine";
	return isIP(host) > 0 && isNear(host) ? "is reached only from head office's own machine or cable" : undefined;
}

type Found = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/**
 * Resolves a name for one connection and returns only an address that was checked: a name cannot point elsewhere between check and
 * call.
 */
export function guardedLookup(allowed: Allowed) {
	return (hostname: string, options: { all?: boolean | undefined }, done: Found): void => {
		lookup(hostname, { all: true }, (error, found) => {
			if (error) return done(error, []);
			const far = allowed.has(bare(hostname)) ? found : found.filter(({ address }) => !isNear(address));
			const [first] = far;
			if (!first) return done(new Error(`${hostname} is reached only from head office's own machine or cable`), []);
			return options.all ? done(null, far) : done(null, first.address, first.family);
		});
	};
}
