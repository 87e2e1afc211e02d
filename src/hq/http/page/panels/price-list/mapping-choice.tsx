import { useSpeech } from "../../language/language.ts";
import { usePolled } from "../../state/polled.ts";
import { api } from "../../state/state.ts";

interface Given {
	mapping: string | undefined;
	readBy(mapping: string | undefined): void;
	/** Shows how the file is read. */
	show(): void;
}

const listEveryMs = 30_000;

/** By which saved mapping the file is read. */
export function MappingChoice({ mapping, readBy, show }: Given) {
	const { say } = useSpeech();
	// Asked again when another one was chosen: it may be new.
	const { value: saved } = usePolled(api.mappings, listEveryMs, mapping ?? "");
	const isOwn = mapping?.startsWith("{") === true;
	const names = new Set([...(saved ?? []).map(({ name }) => name), ...(mapping === undefined || isOwn ? [] : [mapping])]);
	return (
		<div class="options by-mapping">
			<label>
				{say("readBy")}
				<select value={mapping ?? ""} onChange={(e) => readBy(e.currentTarget.value === "" ? undefined : e.currentTarget.value)}>
					<option value="">{say("foundByItself")}</option>
					{isOwn && <option value={mapping}>{say("onlyThisFile")}</option>}
					{[...names].map((name) => (
						<option key={name} value={name}>
							{name}
						</option>
					))}
				</select>
			</label>
			<button type="button" class="ghost" onClick={show}>
				{say("showShape")}
			</button>
		</div>
	);
}
