import { afterAll, beforeAll, expect, it } from "vitest";
import { furtherNames, trustedProxies } from "../../../src/cli/hq/reached-by.ts";
import { type Hq, startHq } from "../../../src/hq/service.ts";

const person = { name: "olga", password: "head office opens at six" };
let behind: Hq;
let alone: Hq;
beforeAll(async () => {
	behind = await startHq({ port: 0, tenant: "test", people: {}, names: ["hq.example"], trustedProxies: ["127.0.0.0/8"] });
	alone = await startHq({ port: 0, tenant: "test", people: {} });
}, 120_000);
afterAll(async () => {
	await behind.stop();
	await alone.stop();
});

const forwarded = { "x-forwarded-for": "192.0.2.7", "x-forwarded-proto": "https", "content-type": "application/json" };
const post = (hq: Hq, path: string, body: unknown, headers: Record<string, string> = forwarded) =>
	fetch(hq.url + path, { method: "POST", headers, body: JSON.stringify(body) });
const addresses = async (hq: Hq, cookie: string): Promise<string> =>
	(await fetch(`${hq.url}/api/v1/audit?newest=true`, { headers: { cookie } })).text();

it("a proxy that is trusted says who asks and whether that is TLS; one that is not is not believed", async () => {
	for (const [hq, isBelieved] of [
		[behind, true],
		[alone, false],
	] as const) {
		const claimed = await post(hq, "/api/v1/claim", { code: hq.claimCode, ...person });
		const cookie = claimed.headers.get("set-cookie")!;
		expect([claimed.status, /; Secure/.test(cookie)]).toEqual([201, isBelieved]);
		const audit = await addresses(hq, cookie.split(";")[0]!);
		expect([audit.includes('"192.0.2.7"'), audit.includes('"127.0.0.1"')]).toEqual([isBelieved, !isBelieved]);
	}
});

it("what is no name and no address is refused with the option's name", () => {
	expect(furtherNames("hq.chain.example, hq")).toEqual(["hq.chain.example", "hq"]);
	expect(() => furtherNames("https://hq.example")).toThrow("--names");
	expect(trustedProxies("10.0.0.5,fd00::/8")).toEqual(["10.0.0.5", "fd00::/8"]);
	for (const wrong of ["proxy.example", "10.0.0.0/33", "", "10.0.0.1,,"]) expect(() => trustedProxies(wrong)).toThrow("--trusted-proxy");
});
