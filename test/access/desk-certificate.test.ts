import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { Config } from "../../src/config/schema.ts";
import { openDeskCertificate } from "../../src/daemon/start/desk-certificate.ts";

const data = mkdtempSync(join(tmpdir(), "desk-certificate-"));
afterAll(() => rmSync(data, { recursive: true, force: true }));
const open = (...names: string[]) => openDeskCertificate({ data, desk: { names } as unknown as Config["desk"] });

it("the desk's own certificate is made anew when a name or an address is added, and stays otherwise", async () => {
	const first = await open();
	expect(await open()).toEqual(first);
	const named = await open("store0117.chain.example");
	expect(named.cert).not.toBe(first.cert);
	expect(new X509Certificate(named.cert).checkHost("store0117.chain.example")).toBeDefined();
	expect(await open("store0117.chain.example")).toEqual(named);
	const addressed = await open("store0117.chain.example", "10.20.30.40");
	expect(new X509Certificate(addressed.cert).checkIP("10.20.30.40")).toBeDefined();
	expect(await open("store0117.chain.example", "10.20.30.40")).toEqual(addressed);
});
