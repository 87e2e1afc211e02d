import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { setSeveral } from "../../src/cli/settings.ts";

function file(): string {
	const folder = mkdtempSync(join(tmpdir(), "gondola-several-"));
	onTestFinished(() => {
		vi.restoreAllMocks();
		rmSync(folder, { recursive: true, force: true });
	});
	vi.spyOn(process.stdout, "write").mockReturnValue(true);
	vi.spyOn(process.stderr, "write").mockReturnValue(true);
	const path = join(folder, "gondola.yaml");
	writeFileSync(
		path,
		`store: "0117" # the shop\ndata: ${folder}\ndevices:\n  # at the counter\n  - id: scanner-1 # yellow\n    family: scanner\n    port: /dev/null\n    prefix: A\n`,
	);
	return path;
}

describe("what a device learned", () => {
	it("is written at once, takes out what is the usual again, and keeps the comments", async () => {
		const path = file();
		const edits = [
			{ path: "devices.scanner-1.suffix", value: "tab" },
			{ path: "devices.scanner-1.prefix", value: undefined },
			{ path: "devices.scanner-1.gs", value: "|" },
		];
		expect(await setSeveral(path, edits, "scanner-1 learned", true)).toBe(0);
		const text = readFileSync(path, "utf8");
		expect(text).toContain(
			"  # at the counter\n  - id: scanner-1 # yellow\n    family: scanner\n    port: /dev/null\n    suffix: tab\n    gs: ",
		);
		expect(text).not.toContain("prefix");
	});

	it("is written not at all where one of it is wrong", async () => {
		const path = file();
		const before = readFileSync(path, "utf8");
		const edits = [
			{ path: "devices.scanner-1.suffix", value: "tab" },
			{ path: "devices.scanner-1.gs", value: "too long" },
		];
		expect(await setSeveral(path, edits, "scanner-1 learned", true)).toBe(1);
		expect(readFileSync(path, "utf8")).toBe(before);
	});
});
