/** Verbs that an administrator types as root, on a box whose gateway runs as a user of its own. */
import { chmodSync, chownSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type BoxFolder, gondola, newBox, startAs } from "../support/processes.ts";

/** Any user that owns nothing here. */
const service = 64_321;
const isRoot = process.getuid?.() === 0;
let box: BoxFolder;
beforeAll(async () => {
	box = await newBox("0301");
	chmodSync(box.folder, 0o755);
});
afterAll(() => box.remove());

const foreign = (): string[] => readdirSync(box.data).filter((name) => statSync(join(box.data, name)).uid !== service);

it.skipIf(!isRoot)("leave every file to the service's user, and the gateway starts on what was restored (case P1)", async () => {
	mkdirSync(box.data, { mode: 0o700 });
	chownSync(box.data, service, service);
	const copy = join(box.folder, "copy.gondola");
	const run = async (): Promise<string> => {
		const running = startAs(service, "run", "--config", box.config);
		await running.until(/cockpit http/);
		await running.stop();
		return running.said();
	};
	await run();
	expect((await gondola("backup", copy, "--config", box.config)).code).toBe(0);
	for (const name of readdirSync(box.data)) if (name !== "secrets") rmSync(join(box.data, name), { force: true });
	const restored = await gondola("restore", copy, "--config", box.config);
	expect(restored.code, restored.err).toBe(0);
	expect(foreign()).toEqual([]);
	expect(await run()).not.toMatch(/readonly|EACCES/);
	expect(foreign()).toEqual([]);

	// A directory that is not there yet is made, and belongs to root: that is said, with the command.
	const elsewhere = join(dirname(box.data), "elsewhere");
	expect((await gondola("restore", copy, "--data", elsewhere)).out).toContain(`chown -R gondola: ${elsewhere}`);
});
