import { expect, it } from "vitest";
import { labelModel, labelModels } from "../../drivers/label/models.ts";
import { modelNumberOf } from "../../drivers/label/opendisplay/panel.ts";
import { labelModelText, provesOf } from "../../src/words/label.ts";

it("a model is named alike by the driver and by what people read, and only OpenDisplay's proves that it has drawn", () => {
	for (let scheme = 0; scheme < 8; scheme += 1)
		for (const quarterTurns of [0, 1, 2, 3]) {
			const number = modelNumberOf({ width: 296, height: 128, scheme, controller: 0, quarterTurns, modes: 9 })!;
			expect(labelModelText(number)).toBe(labelModel(number)!.name);
			expect(provesOf(number)).toBe("drawn");
		}
	for (const { hwType } of labelModels()) {
		expect(labelModelText(hwType)).toMatch(/^[0-9A-F]{2}$/);
		expect(provesOf(hwType)).toBe("downloaded");
	}
	expect(provesOf(null)).toBe("downloaded");
});
