/** Signing in at head office through a real identity provider (oidc-provider), walked as a browser walks it, and the ways to cheat. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readOidcSettings } from "../../../src/hq/people/oidc.ts";
import { type Hq, startHq } from "../../../src/hq/service.ts";
import { freePort } from "../../support/ports.ts";

/** Whom the provider knows, and what it says they are. */
const groups: Record<string, string[]> = { olga: ["chain-admins"], ben: ["pricing", "canteen"], eve: ["canteen"] };
let folder: string;
let hq: Hq;
let provider: Server;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "oidc-"));
	const port = await freePort();
	const issuer = `http://127.0.0.1:${port}`;
	const secretFile = join(folder, "client.secret");
	writeFileSync(secretFile, "the secret of this client, long enough\n", { mode: 0o600 });
	const roles = "{ chain-admins: admin, pricing: pricer }";
	const text = `issuer: ${issuer}\nclientId: gondola\nclientSecretFile: ${secretFile}\nlabel: the chain\nroles: ${roles}\n`;
	writeFileSync(join(folder, "oidc.yaml"), text);
	const oidc = readOidcSettings(join(folder, "oidc.yaml"));
	hq = await startHq({ port: 0, tenant: "test", people: { oidc } });
	const claim = { code: hq.claimCode, name: "root", password: "head office opens at six" };
	const headers = { "content-type": "application/json" };
	await fetch(`${hq.url}/api/v1/claim`, { method: "POST", headers, body: JSON.stringify(claim) });
	// It brings no types of its own.
	const { default: Provider } = (await import("oidc-provider" as string)) as {
		default: new (issuer: string, options: object) => { callback(): RequestListener };
	};
	const made = new Provider(issuer, {
		clients: [
			{
				client_id: "gondola",
				client_secret: oidc.clientSecret,
				redirect_uris: [`${hq.url}/api/v1/sessions/oidc/callback`],
				post_logout_redirect_uris: [`${hq.url}/`],
			},
		],
		cookies: { keys: ["only for this test"] },
		claims: { openid: ["sub"], profile: ["preferred_username", "groups"], email: ["email"] },
		features: { devInteractions: { enabled: true } },
		findAccount: (_: unknown, id: string) => ({
			accountId: id,
			claims: () => ({ sub: id, preferred_username: id === "mallory" ? "root" : id, groups: groups[id] ?? ["chain-admins"] }),
		}),
	});
	provider = createServer(made.callback());
	await new Promise<void>((resolve) => provider.listen(port, "127.0.0.1", resolve));
}, 120_000);
afterAll(async () => {
	await hq.stop();
	provider.closeAllConnections();
	await new Promise((resolve) => provider.close(resolve));
	rmSync(folder, { recursive: true, force: true });
}, 120_000);

interface Page {
	url: string;
	status: number;
	text: string;
}

/** Keeps cookies for each origin and follows redirects; `stopAt` hands back an address before it is asked. */
function openBrowser() {
	const jars = new Map<string, Map<string, string>>();
	const ask = async (url: string, form?: Record<string, string>, stopAt?: string, method = form ? "POST" : "GET"): Promise<Page> => {
		const jar = jars.get(new URL(url).origin) ?? new Map<string, string>();
		jars.set(new URL(url).origin, jar);
		const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
		const answer = await fetch(url, {
			redirect: "manual",
			method,
			headers: { cookie },
			...(form && { body: new URLSearchParams(form) }),
		});
		for (const line of answer.headers.getSetCookie()) {
			const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
			if (value === "") jar.delete(name!);
			else jar.set(name!, value!);
		}
		const next = answer.headers.get("location");
		const text = await answer.text();
		if (next === null) return { url, status: answer.status, text };
		const to = new URL(next, url).href;
		return stopAt !== undefined && to.includes(stopAt) ? { url: to, status: answer.status, text } : ask(to, undefined, stopAt);
	};
	/** Logs in at the provider's own page, agrees, and comes back. */
	const signIn = async (name: string, stopAt?: string): Promise<Page> => {
		let page = await ask(`${hq.url}/api/v1/sessions/oidc`, undefined, stopAt);
		while (/name="prompt" value="(\w+)"/.test(page.text)) {
			const prompt = /name="prompt" value="(\w+)"/.exec(page.text)![1]!;
			const action = new URL(/action="([^"]+)"/.exec(page.text)![1]!, page.url).href;
			page = await ask(action, { prompt, ...(prompt === "login" && { login: name, password: "any" }) }, stopAt);
		}
		return page;
	};
	return { ask, signIn };
}

it("whoever the provider vouches for is in, with the role of their group, and without a password here", async () => {
	const browser = openBrowser();
	expect((await browser.ask(`${hq.url}/`)).text).toContain("Sign in with the chain");
	expect(await browser.signIn("ben")).toMatchObject({ status: 200, text: expect.stringContaining("refresh") });
	const own = JSON.parse((await browser.ask(`${hq.url}/api/v1/sessions/current`)).text) as object;
	expect(own).toMatchObject({ kind: "user", name: "ben", roles: ["pricer"] });
	const headers = { "content-type": "application/json" };
	const body = JSON.stringify({ name: "ben", password: "" });
	expect((await fetch(`${hq.url}/api/v1/sessions`, { method: "POST", headers, body })).status).toBe(400);

	groups["ben"] = ["chain-admins"];
	const again = openBrowser();
	await again.signIn("ben");
	expect(JSON.parse((await again.ask(`${hq.url}/api/v1/sessions/current`)).text)).toMatchObject({ roles: ["admin"] });
	const audit = (await again.ask(`${hq.url}/api/v1/audit?limit=1000`)).text;
	expect(JSON.parse(audit)).toMatchObject({
		items: expect.arrayContaining([expect.objectContaining({ what: "sign-in", name: "ben", outcome: "done" })]),
	});
}, 120_000);

it("whoever signs out is asked for by the provider again, and comes back to head office", async () => {
	const browser = openBrowser();
	await browser.signIn("olga");
	const left = await browser.ask(`${hq.url}/api/v1/sessions/current`, undefined, undefined, "DELETE");
	expect(left.status).toBe(200);
	expect((await browser.ask(`${hq.url}/api/v1/sessions/current`)).status).toBe(401);
	const { signOutAt } = JSON.parse(left.text) as { signOutAt: string };
	const asked = await browser.ask(signOutAt);
	// The provider's own page asks whether this is meant.
	const [, action] = /action="([^"]+)"/.exec(asked.text)!;
	const [, xsrf] = /name="xsrf" value="([^"]+)"/.exec(asked.text)!;
	const back = await browser.ask(new URL(action!, asked.url).href, { xsrf: xsrf!, logout: "yes" });
	expect(new URL(back.url).origin).toBe(new URL(hq.url).origin);
	expect((await browser.ask(`${hq.url}/api/v1/sessions/oidc`)).text).toContain('value="login"');

	// Whoever has a password here has no session elsewhere.
	const body = JSON.stringify({ name: "root", password: "head office opens at six" });
	const headers = { "content-type": "application/json" };
	const cookie = (await fetch(`${hq.url}/api/v1/sessions`, { method: "POST", headers, body })).headers.get("set-cookie")!.split(";")[0]!;
	expect((await fetch(`${hq.url}/api/v1/sessions/current`, { method: "DELETE", headers: { cookie } })).status).toBe(204);
}, 120_000);

it("nobody is in without a role, nor under the name of somebody who has a password here", async () => {
	for (const [name, code] of [
		["eve", "provider-no-role"],
		["mallory", "name-taken"],
	]) {
		const browser = openBrowser();
		expect((await browser.signIn(name!)).text).toContain(code);
		expect((await browser.ask(`${hq.url}/api/v1/sessions/current`)).status).toBe(401);
	}
}, 120_000);

it("an answer counts once, in the browser that began, and unchanged", async () => {
	const browser = openBrowser();
	const { url } = await browser.signIn("olga", "/oidc/callback");
	expect(url).toContain("code=");
	// Another browser is made to follow the link: signing somebody in as olga without their knowledge.
	expect((await openBrowser().ask(url)).text).toContain("provider-refused");
	const changed = url.replace(/state=[^&]+/, "state=another");
	expect((await browser.ask(changed)).text).toContain("provider-refused");
	const began = openBrowser();
	await began.ask(`${hq.url}/api/v1/sessions/oidc`, undefined, "/auth");
	expect((await began.ask(url)).text).toContain("provider-refused");
	for (const query of ["", "?code=x", "?error=access_denied&state=x", `?code=${"x".repeat(5_000)}&state=x`])
		expect((await began.ask(`${hq.url}/api/v1/sessions/oidc/callback${query}`)).status).toBe(401);
	expect((await browser.ask(`${hq.url}/api/v1/sessions/current`)).status).toBe(401);
}, 120_000);

it("settings that would let everybody on the way sign in are refused", () => {
	const file = join(folder, "bad.yaml");
	const refuse = (text: string): string => {
		writeFileSync(file, text);
		try {
			readOidcSettings(file);
		} catch (error) {
			return (error as Error).message;
		}
		return "taken";
	};
	expect(refuse("issuer: http://idp.example\nclientId: x\nroles: {}\n")).toContain("https://");
	expect(refuse("issuer: https://idp.example\nclientId: x\nroles: { a: emperor }\n")).toContain("roles");
	expect(refuse("issuer: https://idp.example\nclientId: x\nroles: {}\nclientSecret: here\n")).toContain("clientSecret");
	writeFileSync(join(folder, "open.secret"), "x", { mode: 0o644 });
	const open = `issuer: https://idp.example\nclientId: x\nroles: {}\nclientSecretFile: ${join(folder, "open.secret")}\n`;
	expect(refuse(open)).toContain("chmod 600");
});
