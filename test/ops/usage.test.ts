import { describe, expect, it } from "vitest";
import { usageFor } from "../../src/cli/verb/usage.ts";
import { verbs } from "../../src/cli/verbs.ts";

describe("what a verb says of how it is used", () => {
	const usage = [
		"gondola x push FILE",
		"        --fast  soon",
		"gondola x hold ID | resume ID",
		"gondola x pushes",
		"",
		"  --json  as JSON",
	].join("\n");

	it("is the section for the word that was given, and the options that all share", () => {
		expect(usageFor(usage, ["push", "f.csv"])).toBe("gondola x push FILE\n        --fast  soon\n\n  --json  as JSON");
		expect(usageFor(usage, ["--json", "resume"])).toBe("gondola x hold ID | resume ID\n\n  --json  as JSON");
	});
	it("is all of it where no section fits", () => {
		for (const words of [[], ["nonesuch"], ["--help"], [".*"]]) expect(usageFor(usage, words)).toBe(usage);
	});
	it("loses nothing of what head office's verbs say", async () => {
		const { usage: whole } = await verbs["hq"]!();
		const part = usageFor(whole, ["push"]);
		expect(part).toContain("--waves");
		expect(part).toContain("--hq URL");
		expect(part).not.toContain("broker-access");
	});
});
