/** The drill: head office's first root is lost, the one on paper names another, and the store goes on without a visit. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { deskToken, type GatewayUnderAttack, startGateway } from "../attack/world.ts";
import { type Office, startOffice } from "../support/processes.ts";
import { until } from "../support/until.ts";

let office: Office;
let gateway: GatewayUnderAttack;

beforeAll(async () => {
	office = await startOffice();
	gateway = await startGateway("0117", office);
}, 120_000);
afterAll(async () => {
	await gateway?.end();
	await office?.end();
});

async function push(id: string, amountMinor: number): Promise<void> {
	const changes = [{ sku: "milk", name: "Milk", amountMinor, currency: "EUR", kind: "regular" }];
	const body = JSON.stringify({ id, stores: "all", changes });
	const answer = await office.ask("/api/v1/pushes", { method: "POST", headers: { "content-type": "application/json" }, body });
	if (answer.status !== 202) throw new Error(await answer.text());
}
async function price(): Promise<number | undefined> {
	const answer = await fetch(`${gateway.desk.url}/api/v1/prices/milk`, { headers: { authorization: `Bearer ${deskToken}` } });
	return ((await answer.json()) as { amountMinor?: number }).amountMinor;
}
const rootsOfBox = (): { first: string } =>
	(JSON.parse(readFileSync(gateway.box.secret("trust.json"), "utf8")) as { roots: { first: string } }).roots;

it("a lost root never means a visit: head office and the store go on, also after a restart", async () => {
	await push("monday", 100);
	await until(async () => (await price()) === 100, "Monday's price");
	const [keys, paper] = [join(office.folder, "keys"), join(gateway.box.folder, "paper")];
	expect((await office.hq("keys", "export", paper)).code).toBe(0);
	const before = rootsOfBox().first;

	rmSync(join(keys, "first-root.key"));
	expect(await office.hq("keys", "replace", "first", join(gateway.box.folder, "nothing"))).toMatchObject({ code: 1 });
	expect(await office.hq("keys", "replace", "first")).toMatchObject({ code: 2 });
	const replaced = await office.hq("keys", "replace", "first", paper);
	expect(replaced).toMatchObject({ code: 0 });

	await office.again();
	await push("tuesday", 120);
	await until(async () => (await price()) === 120, "Tuesday's price");
	await until(() => rootsOfBox().first !== before, "the store has the new root");
	expect((await office.hq("keys", "rotate")).code).toBe(0);
	await office.again();
	await push("wednesday", 130);
	await until(async () => (await price()) === 130, "Wednesday's price, under the rotated key");
	const alarms = await fetch(`${gateway.desk.url}/api/v1/alarms`, { headers: { authorization: `Bearer ${deskToken}` } });
	const { items } = (await alarms.json()) as { items: { code: string }[] };
	expect(items.map(({ code }) => code)).not.toContain("hq-forged");
}, 180_000);
