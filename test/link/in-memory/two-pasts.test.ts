import { describe, expect, it } from "vitest";
import { openScene, type Scene } from "./scenario.ts";

const label = (n: number) => ({ type: "label", label: `l${n}`, sku: `sku${n}` });

async function worked(seed = 1): Promise<Scene> {
	const scene = openScene(seed);
	scene.connect();
	for (let n = 0; n < 50; n++) {
		scene.store.write("facts");
		scene.hq.push("catalog", label(n));
	}
	await scene.world.run(60_000, () => scene.equal());
	expect(scene.equal()).toBe(true);
	return scene;
}

async function settles(scene: Scene): Promise<void> {
	await scene.world.run(10 * 60_000, () => scene.equal());
	expect(scene.equal()).toBe(true);
	const ids = scene.hq.facts.facts.map((fact) => fact.id);
	expect(new Set(ids).size).toBe(ids.length);
	for (const { record } of scene.store.up.facts.rows) expect(ids).toContain(record.id);
}

describe("two sides whose pasts differ", () => {
	it("agree again after HQ came back from yesterday's backup: the store sends what HQ forgot", async () => {
		const scene = await worked();
		const restore = scene.hq.backup();
		for (let n = 50; n < 80; n++) {
			scene.store.write("facts");
			scene.hq.push("catalog", label(n));
		}
		await settles(scene);
		restore();
		scene.restartHq();
		scene.hq.push("catalog", label(1_000));
		await settles(scene);
		expect(scene.hq.facts.facts.length).toBe(80);
		// HQ's own tail is gone; the store goes on after the newest record both still had, under a new epoch.
		expect(scene.store.applied.catalog.at(-1)).toEqual(label(1_000));
		expect(scene.store.applied.catalog.length).toBeLessThan(80 + 50);
	});

	it("agree again after the box came back from yesterday's backup: nothing of either fork is lost", async () => {
		const scene = await worked();
		const restore = scene.store.backup();
		for (let n = 0; n < 30; n++) scene.store.write("facts");
		scene.hq.push("catalog", label(50));
		await settles(scene);
		restore("cd".repeat(8));
		scene.restartStore();
		for (let n = 0; n < 20; n++) scene.store.write("facts");
		await settles(scene);
		expect(scene.hq.facts.facts.length).toBe(100);
		expect(scene.store.applied.catalog).toHaveLength(51);
	});

	it("agree again after a box was copied back as it was: the store parts where both agreed, and HQ keeps both forks", async () => {
		const scene = await worked();
		const restore = scene.store.backup();
		for (let n = 0; n < 30; n++) scene.store.write("facts");
		await settles(scene);
		restore();
		scene.restartStore();
		// Under numbers and ids HQ has already, for other facts.
		for (let n = 0; n < 5; n++) scene.store.write("facts");
		await settles(scene);
		expect(scene.end().status().forks).toEqual({});
		expect(scene.hq.facts.facts.length).toBe(85);
		expect(scene.hq.facts.facts.filter((fact) => fact.id.endsWith("~"))).toHaveLength(5);
	});

	it("agree again after HQ came back from before the box's newest epoch", async () => {
		const scene = await worked();
		const restoreHq = scene.hq.backup();
		for (let n = 0; n < 20; n++) scene.store.write("facts");
		await settles(scene);
		scene.store.backup()("cd".repeat(8));
		scene.restartStore();
		for (let n = 0; n < 20; n++) scene.store.write("facts");
		await settles(scene);
		restoreHq();
		scene.restartHq();
		scene.store.write("facts");
		await settles(scene);
		expect(scene.hq.facts.facts.length).toBe(91);
	});

	it("agree again also when the older copy has outrun what HQ has", async () => {
		const scene = await worked();
		const restore = scene.store.backup();
		for (let n = 0; n < 10; n++) scene.store.write("facts");
		await settles(scene);
		restore();
		scene.disconnect();
		await scene.world.run(1_000);
		for (let n = 0; n < 300; n++) scene.store.write("facts");
		scene.connect();
		await settles(scene);
		expect(scene.hq.facts.facts.length).toBe(360);
	});

	it("keep a replaced box out: it is told, and its facts change nothing", async () => {
		const scene = await worked();
		scene.hq.identity = { inc: 2, fenced: false };
		scene.restartStore();
		scene.store.write("facts");
		await scene.world.run(10_000);
		expect(scene.end().status()).toMatchObject({ connected: false, refused: "fenced" });
		expect(scene.hq.facts.facts.length).toBe(50);
	});

	it("keep a stranger out until HQ enrols it", async () => {
		const scene = openScene(3);
		scene.hq.identity = undefined;
		scene.connect();
		scene.store.write("facts");
		await scene.world.run(10_000);
		expect(scene.end().status()).toMatchObject({ refused: "unknown" });
		expect(scene.session().status()).toMatchObject({ state: "unknown" });
		scene.hq.identity = { inc: 1, fenced: false };
		await scene.world.run(15 * 60_000, () => scene.equal());
		expect(scene.end().status()).toMatchObject({ refused: null });
		expect(scene.hq.facts.facts.length).toBe(1);
	});
});

describe("a quiet line", () => {
	it("costs a hello and a welcome a minute, and notices an HQ that has gone", async () => {
		const scene = await worked();
		const before = scene.messages();
		await scene.world.run(60 * 60_000);
		expect(scene.messages() - before).toBeLessThan(2 * 61);
		expect(scene.end().status().connected).toBe(true);
		scene.session().stop();
		scene.weather.lost = 1;
		await scene.world.run(5 * 60_000);
		expect(scene.end().status()).toMatchObject({ connected: false, why: "head office does not answer" });
		expect(scene.session().status()).toMatchObject({ state: "silent" });
	});
});
