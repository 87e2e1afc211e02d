import { existsSync } from "node:fs";
import { configFile } from "../verb/box.ts";

export const placeOptions = { data: { type: "string" }, config: { type: "string" } } as const;
export const placeUsage =
	"  --data DIR     the gateway's data directory\n  --config FILE  or the configuration that names it (default: $GONDOLA_CONFIG, or " +
	"/etc/gondola/gondola.yaml)";

/**
 * The directory of the ledger, for verbs that open it themselves. Throws ConfigWrong; undefined when neither a directory nor a
 * configuration is named.
 */
export async function ledgerPlace(values: { data?: string | undefined; config?: string | undefined }): Promise<string | undefined> {
	if (values.data !== undefined) return values.data;
	const file = configFile(values.config);
	if (values.config === undefined && !existsSync(file)) return undefined;
	const { loadConfig } = await import("../../config/load.ts");
	return loadConfig(file).data;
}
