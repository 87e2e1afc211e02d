import { z } from "zod";

/** Options that an installer gives for a fiscal device. */
export const fiscalOptions = z
	.strictObject({
		id: z
			.string()
			.regex(/^[a-z0-9-]{1,32}$/, "letters a-z, digits and dashes")
			.meta({ description: "Name on the sticker on the fiscal device." }),
		family: z.literal("fiscal").meta({ description: "What kind of device this is; a store has one at most." }),
		protocol: z.literal("gondola-fiscal").meta({
			description: "The one language spoken yet (drivers/fiscal/wire.ts): that of the practice device in the virtual store.",
		}),
		host: z.string().min(1).meta({ description: "Network name or address of the device, or of the program that stands for it." }),
		tcpPort: z.number().int().min(1).max(65_535).default(7_550).meta({ description: "Its TCP port." }),
		waitSeconds: z.number().int().min(1).max(30).default(5).meta({
			description: "So long a receipt and its till wait for the signature; then the paper says that the code is missing, and why.",
		}),
		offlineHours: z
			.number()
			.int()
			.min(0)
			.max(240)
			.default(48)
			.meta({
				description:
					"While the device is away, sales go on until the oldest one without a signature is so old; what is missing is signed once it " +
					"answers. 0: nothing is settled while the device is away or anything is unsigned.",
			}),
		silentAfterMs: z
			.number()
			.int()
			.min(1_000)
			.max(120_000)
			.default(12_000)
			.meta({ description: "Silence after which somebody is told to look at the device; it is asked every five seconds." }),
	})
	.meta({ description: "A device that signs sales." });

export type FiscalOptions = z.infer<typeof fiscalOptions>;
