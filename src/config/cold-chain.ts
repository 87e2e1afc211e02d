import { z } from "zod";

const id = z.string().regex(/^[a-z0-9-]{1,32}$/, "must be small letters, digits and hyphens, at most 32");
/** From -100 to 150 °C. */
const millidegrees = z.number().int().min(-100_000).max(150_000);

const watched = z
	.strictObject({
		id: id.meta({ description: "Name of this record: `gondola coldchain ID`." }),
		place: z.string().min(1).max(64).meta({ description: "What is cooled, as people call it: Dairy cooler, aisle 4." }),
		device: id.meta({ description: "The device that measures; one of `devices` with a profile." }),
		sensor: z.string().min(1).max(256).meta({
			description: "Its thermometer, as `devices/{id}` lists its sensors: cooler-1/temperature of zigbee2mqtt, DS18B20 of Tasmota.",
		}),
		humiditySensor: z.string().min(1).max(256).optional().meta({ description: "Its hygrometer, likewise, to be kept beside it." }),
		minMillidegrees: millidegrees.meta({ description: "Coldest temperature that is allowed, in thousandths of a degree Celsius." }),
		maxMillidegrees: millidegrees.meta({ description: "Warmest one: -18000 is -18 °C." }),
		hysteresisMillidegrees: z
			.number()
			.int()
			.min(0)
			.max(20_000)
			.default(500)
			.meta({ description: "An alarm ends when the temperature is back within the limits by so much." }),
		alarmAfterMinutes: z
			.number()
			.int()
			.min(0)
			.max(1_440)
			.default(15)
			.meta({ description: "How long the temperature may be outside before somebody is called; coolers defrost." }),
		expectedEverySeconds: z
			.number()
			.int()
			.min(1)
			.max(86_400)
			.default(300)
			.meta({ description: "Longest usual time between two reports. Silence of three times as long, and of five minutes, is an alarm." }),
	})
	.refine((one) => one.minMillidegrees < one.maxMillidegrees, { path: ["minMillidegrees"], message: "must be below maxMillidegrees" });

/** Temperatures that are watched and recorded minute by minute. */
export const coldChain = z.array(watched).max(500).default([]).meta({
	description: "Temperatures of perishable goods: each minute is recorded as measured, or with the reason why not, for 400 days.",
});

interface Watching {
	coldChain: z.output<typeof coldChain>;
	devices: readonly { id: string; protocol: string; profile?: string | undefined }[];
}

/** Names that are used twice, and devices that do not exist or have no profile. */
export function coldChainFaults({ coldChain: all, devices }: Watching): { path: PropertyKey[]; sentence: string }[] {
	const ids = new Set<string>();
	return all.flatMap(({ id: name, device }, at) => {
		const isTwice = ids.has(name);
		ids.add(name);
		if (isTwice)
			return [{ path: ["coldChain", at, "id"], sentence: `two records are called ${name}; every record needs a name of its own.` }];
		const found = devices.find((one) => one.id === device);
		if (!found) return [{ path: ["coldChain", at, "device"], sentence: `${name} is measured by ${device}, but no device has that name.` }];
		if (found.protocol === "mqtt" && found.profile !== undefined) return [];
		return [
			{
				path: ["coldChain", at, "device"],
				sentence: `${name} is measured by ${device}, which has no profile; temperatures come from devices with a profile.`,
			},
		];
	});
}
