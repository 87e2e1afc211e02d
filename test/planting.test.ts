/** How a mistake is planted: by the name of a function and by tokens, so that a change of layout or of a variable's name breaks no mutant. */
import { describe, expect, it } from "vitest";
import { customerMutants } from "./link/simulation/customers/mutants.ts";
import { liarMutants } from "./link/simulation/liar/mutants.ts";
import { misfits } from "./link/simulation/mutants/mutant-planting.ts";
import { mutants } from "./link/simulation/mutants/mutants.ts";
import { patched } from "./support/planting.ts";

const patch = { file: "f.ts", in: "take", find: "if (ack.upTo > sender.sent) return refuse(ack);", put: "void sender.sent;" };
const source = (body: string): string => `function other() {\n\treturn 1;\n}\n\nfunction take(a, b) {\n\t${body}\n\treturn 2;\n}\n`;

describe("a mistake for a test to notice", () => {
	it("is planted whatever the layout is", () =>
		expect(patched(source("if (ack.upTo > sender.sent)\n\t\treturn refuse(\n\t\t\tack,\n\t\t);"), patch)).toContain(
			"\tvoid sender.sent;\n",
		));

	it("is planted under the names that variables have today", () =>
		expect(patched(source("if (heard.upTo > end.sent) return refuse(heard);"), patch)).toContain("\tvoid end.sent;\n"));

	it.each([
		["a variable is another one than before", "if (heard.upTo > end.sent) return refuse(end);"],
		["a member has another name", "if (ack.last > sender.sent) return refuse(ack);"],
		["it would fit twice", "if (a.upTo > b.sent) return c(a);\n\tif (d.upTo > e.sent) return f(d);"],
		["the comparison is another one", "if (ack.upTo >= sender.sent) return refuse(ack);"],
	])("is not planted where %s", (_, body) => expect(patched(source(body), patch)).toBeUndefined());

	it("is planted in the function, not looked for in the type that has a member of its name", () =>
		expect(patched(`interface Taker {\n\ttake(a: A): B;\n}\n\n${source(patch.find)}`, patch)).toContain("\tvoid sender.sent;\n"));

	it("is not planted in another function", () =>
		expect(patched(`function give() {\n\t${patch.find}\n}\n${source("")}`, patch)).toBeUndefined());
});

describe("every mistake of the simulations", () => {
	it("has its place in the sources of today", () => {
		const all = [...mutants, ...liarMutants, ...customerMutants];
		expect(all.length).toBeGreaterThan(70);
		expect(all.flatMap(misfits)).toEqual([]);
	});
});
