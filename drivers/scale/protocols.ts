import type { ScaleProtocol } from "./protocol.ts";
import { casEcr } from "./protocols/cas-ecr.ts";
import { dialog06 } from "./protocols/dialog-06.ts";
import { hidScale } from "./protocols/hid.ts";
import { andLines, diniLines, kernLines, ohausLines, radwagLines, streamLines } from "./protocols/lines.ts";
import { modbusRtu } from "./protocols/modbus-rtu.ts";
import { mtSics } from "./protocols/mt-sics.ts";
import { nci } from "./protocols/nci.ts";
import { toledo8217 } from "./protocols/toledo-8217.ts";

/** Every language a scale may be set to, by the name that the configuration gives it. */
export const scaleProtocols = {
	"mt-sics": mtSics,
	"toledo-8217": toledo8217,
	nci,
	"cas-ecr": casEcr,
	"dialog-06": dialog06,
	and: andLines,
	dini: diniLines,
	kern: kernLines,
	ohaus: ohausLines,
	radwag: radwagLines,
	lines: streamLines,
	"modbus-rtu": modbusRtu,
	hid: hidScale,
} as const satisfies Record<string, ScaleProtocol>;

export type ScaleProtocolName = keyof typeof scaleProtocols;
export const scaleProtocolNames = Object.keys(scaleProtocols) as [ScaleProtocolName, ...ScaleProtocolName[]];
