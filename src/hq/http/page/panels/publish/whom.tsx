import { useState } from "preact/hooks";
import { useSpeech } from "../../language/language.ts";
import type { Delivery } from "../../state/api.ts";
import { usePolled } from "../../state/polled.ts";
import { api } from "../../state/state.ts";

export interface Choosing {
	delivery: Delivery;
	setDelivery(delivery: Delivery): void;
}

const groupsEveryMs = 30_000;

/** Every store, some by name, or a group. */
export function WhichStores({ delivery, setDelivery }: Choosing) {
	const { say, f } = useSpeech();
	const [some, setSome] = useState("");
	const { value: groups } = usePolled(api.groups, groupsEveryMs, "groups");
	const { group, ...toStores } = delivery;
	const toGroup = (name: string) => setDelivery({ ...delivery, stores: "all", group: name });
	const isAll = group === undefined && delivery.stores === "all";
	const isSome = group === undefined && delivery.stores !== "all";
	return (
		<fieldset>
			<legend>{say("whichStores")}</legend>
			<label class="tick">
				<input type="radio" name="stores" checked={isAll} onChange={() => setDelivery({ ...toStores, stores: "all" })} />
				{say("everyStore")}
			</label>
			<label class="tick">
				<input type="radio" name="stores" checked={isSome} onChange={() => setDelivery({ ...toStores, stores: some })} />
				{say("someStores")}
			</label>
			{isSome && (
				<input
					required
					aria-label={say("someStores")}
					value={some}
					onInput={(e) => {
						setSome(e.currentTarget.value);
						setDelivery({ ...toStores, stores: e.currentTarget.value });
					}}
				/>
			)}
			{groups && groups.length > 0 && (
				<label class="tick">
					<input type="radio" name="stores" checked={group !== undefined} onChange={() => toGroup(groups[0]!.group)} />
					{say("aGroup")}
				</label>
			)}
			{group !== undefined && groups && (
				<select aria-label={say("aGroup")} value={group} onChange={(e) => toGroup(e.currentTarget.value)}>
					{groups.map((each) => (
						<option key={each.group} value={each.group}>
							{each.group} ({f.number(each.stores.length)})
						</option>
					))}
				</select>
			)}
		</fieldset>
	);
}

/** Limits of each wave, and what head office takes where nothing is typed. */
const limits = [
	["waveWaitMinutes", "waveWait", "30", 1, 43_200],
	["waveShownPercent", "waveShown", "95", 0, 100],
	["waveFailedLabels", "waveFailed", "0", 0, 1_000_000],
	["waveRedAlarms", "waveRed", "0", 0, 1_000_000],
] as const;

/** Which stores get it first, and within which limits it goes on to the next ones. */
export function WaveChoice({ delivery, setDelivery }: Choosing) {
	const { say } = useSpeech();
	const { value: groups } = usePolled(api.groups, groupsEveryMs, "groups");
	const { waves = "", waveWaitMinutes: _, waveShownPercent: __, waveFailedLabels: ___, waveRedAlarms: ____, ...without } = delivery;
	const names = waves
		.split(",")
		.map((word) => word.trim())
		.filter(Boolean);
	const set = (text: string) => setDelivery(text.trim() === "" ? without : { ...delivery, waves: text });
	const add = (name: string) => {
		const others = names.filter((each) => each !== name && each !== "all");
		set([...others, ...(name === "all" ? [] : [name]), "all"].join(", "));
	};
	const ready = [...(groups ?? []).map(({ group }) => group), "10%", "all"].filter((name) => !names.includes(name));
	return (
		<fieldset class="waves-asked">
			<legend>{say("waves")}</legend>
			<label>
				{say("inWaves")}
				<input value={waves} placeholder="pilot, 10%, all" onInput={(e) => set(e.currentTarget.value)} />
			</label>
			<span class="chips" role="group" aria-label={say("addWave")}>
				{ready.slice(0, 12).map((name) => (
					<button key={name} type="button" onClick={() => add(name)}>
						+ {name}
					</button>
				))}
			</span>
			{names.length > 0 && (
				<span class="limits">
					{limits.map(([name, word, usual, least, most]) => (
						<label key={name}>
							{say(word)}
							<input
								type="number"
								min={least}
								max={most}
								placeholder={usual}
								value={delivery[name] ?? ""}
								onInput={(e) => {
									const { [name]: _typed, ...rest } = delivery;
									const { value } = e.currentTarget;
									setDelivery(value === "" ? rest : { ...rest, [name]: value });
								}}
							/>
						</label>
					))}
				</span>
			)}
		</fieldset>
	);
}
