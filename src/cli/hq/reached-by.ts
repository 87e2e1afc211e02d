/** Options of `hq run` that say how requests reach head office: names, and proxies before it. */
import { z } from "zod";

const listOf = (text: string | undefined): string[] => (text === undefined ? [] : text.split(",").map((each) => each.trim()));
const proxy = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);

/** Throws a sentence that names the option for what is no host name. */
export function furtherNames(text: string | undefined): string[] {
	const wrong = listOf(text).find((name) => !/^[a-z0-9.:-]{1,253}$/.test(name));
	if (wrong !== undefined) throw new Error(`--names: "${wrong}" is no name in small letters, such as hq.chain.example.`);
	return listOf(text);
}

/** Throws a sentence that names the option for what is neither an address nor a network. */
export function trustedProxies(text: string | undefined): string[] {
	const wrong = listOf(text).find((each) => !proxy.safeParse(each).success);
	if (wrong !== undefined)
		throw new Error(`--trusted-proxy: "${wrong}" is no address, such as 10.0.0.5, nor a network, such as 10.0.0.0/24.`);
	return listOf(text);
}
