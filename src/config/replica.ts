import { z } from "zod";

const target = z.string().superRefine((to, context) => {
	if (to.startsWith("/")) return;
	const url = URL.parse(to);
	if (url?.protocol !== "tls:" || url.port === "" || (url.pathname !== "" && url.pathname !== "/") || url.username !== "")
		context.addIssue({ code: "custom", message: "must be a whole path such as /mnt/nas/store-17, or tls://HOST:PORT of the spare" });
});

/** The continuous copy of the ledger. */
export const replicaOptions = z
	.strictObject({
		to: target.meta({
			description:
				"Where the copy goes: a folder of another machine's disk, such as /mnt/nas/store-17, or tls://HOST:PORT of a second box on which " +
				"`gondola replica serve` runs.",
		}),
		mode: z
			.enum(["async", "sync"])
			.default("async")
			.meta({
				description:
					"`sync`: nothing is acknowledged before the copy has it on its disk. `async`: at once; the copy is behind by less than a second, " +
					"and by `aheadMost` answers at most.",
			}),
		whenAway: z
			.enum(["go-on", "refuse"])
			.default("go-on")
			.meta({
				description:
					"While the copy is away: `go-on` acknowledges without it, with a red alarm; `refuse` acknowledges nothing (tills get 503), so that " +
					"no spare can ever miss anything.",
			}),
		waitMs: z.number().int().min(100).max(60_000).default(2_000).meta({
			description: "How long an answer waits for a copy that is silent, before it counts as away.",
		}),
		aheadMost: z
			.number()
			.int()
			.min(1)
			.max(10_000)
			.default(200)
			.meta({ description: "With `async`: answers that may be given beyond what the copy has. A takeover names this number." }),
		holdMegabytes: z
			.number()
			.int()
			.min(8)
			.max(4_096)
			.default(256)
			.meta({ description: "How much is held on this disk for a copy that is away; beyond it the copy is made anew when it is back." }),
		pin: z
			.string()
			.regex(/^[0-9a-f]{64}$/, "must be the 64 hex digits that `gondola replica serve` printed")
			.optional()
			.meta({ description: "SHA-256 of the spare's certificate; only with tls://." }),
		tokenFile: z.string().optional().meta({ description: "File that holds the spare's token, mode 0600; only with tls://." }),
		sameDisk: z.boolean().default(false).meta({
			description: "Allows a folder on the disk of the ledger itself: for trying it out, because such a copy dies with the disk.",
		}),
	})
	.superRefine(({ to, pin, tokenFile, sameDisk }, context) => {
		const say = (path: string, message: string): void => context.addIssue({ code: "custom", path: [path], message });
		const isBox = to.startsWith("tls:");
		for (const [name, value] of Object.entries({ pin, tokenFile })) {
			if (isBox && value === undefined) say(name, `must be set where replica.to is a box; \`gondola replica serve\` prints it`);
			if (!isBox && value !== undefined) say(name, "is only for tls://HOST:PORT; a folder has none");
		}
		if (isBox && sameDisk) say("sameDisk", "is only for a folder");
	})
	.optional()
	.meta({
		description:
			"A continuous copy of the ledger, transaction by transaction, from which a spare takes the store over (`gondola takeover`). The copy " +
			"holds everything the store knows, and the hashes of its passwords.",
	});
