import { useEffect, useState } from "preact/hooks";
import { RefusalText } from "../../../../../desk/cockpit/shared/refusal-text.tsx";
import type { GuessedFile } from "../../../../../words/answers/head-office/price-lists.ts";
import type { AskedMapping } from "../../../../../words/prices/csv-mapping.ts";
import { useSpeech } from "../../language/language.ts";
import { columnsWith, type Meaning } from "../../state/price-list.ts";
import { api, failed } from "../../state/state.ts";
import { Columns, Rows } from "./columns.tsx";
import { Questions } from "./questions.tsx";

interface Given {
	file: File;
	/** The name of the mapping to begin with; left out: everything is guessed. */
	begin: string | undefined;
	/** Pushes are to be read by this mapping: the name of a saved one, or the mapping itself as JSON. */
	use(mapping: string): void;
	close(): void;
}

/** How a file of unknown shape is read: what head office guesses, and what a person makes of it. */
export function PriceListWizard({ file, begin, use, close }: Given) {
	const { say, f } = useSpeech();
	const [asked, setAsked] = useState<AskedMapping>({});
	const [guess, setGuess] = useState<GuessedFile | null>(null);
	const [busy, setBusy] = useState(true);
	const [problem, setProblem] = useState("");
	const read = async (how: string | AskedMapping | undefined) => {
		setBusy(true);
		setProblem("");
		try {
			const found = await api.guess(file, how);
			setGuess(found);
			if (typeof how === "string" && found.asked) setAsked(withoutName(found.asked));
		} catch (error) {
			setProblem(failed(error) || say("unreachable"));
		} finally {
			setBusy(false);
		}
	};
	useEffect(() => {
		setAsked({});
		void read(begin);
	}, [file, begin]);
	const decide = (next: AskedMapping) => {
		setAsked(next);
		void read(next);
	};
	const answer = (more: AskedMapping) => decide({ ...asked, ...more });
	const setNamed = (isNamed: boolean) => decide({ ...withoutColumns(asked), header: isNamed });
	const choose = (header: string, meaning: Meaning | "") => guess && answer({ columns: columnsWith(guess, header, meaning) });
	return (
		<section class="panel price-list" aria-labelledby="shape-title" aria-busy={busy}>
			<header>
				<h2 id="shape-title">{say("shapeTitle")}</h2>
				<button type="button" class="ghost" onClick={close}>
					{say("close")}
				</button>
			</header>
			<RefusalText said={problem} />
			{guess === null && problem === "" && <p class="empty">{say("opening")}</p>}
			{guess && (
				<>
					<Found guess={guess} isNamed={asked.header !== false} setNamed={setNamed} />
					<Questions guess={guess} answer={answer} />
					{guess.problem !== null && <p class="refused">{guess.problem}</p>}
					{guess.columns.length > 0 && (
						<>
							<h3>{say("columnsTitle")}</h3>
							<Columns guess={guess} choose={choose} />
							{guess.absent.map(({ field, column, nearest }) => (
								<p key={field} class="refused">
									{say("absentColumn", column, nearest)}
								</p>
							))}
							{guess.unread.length > 0 && <p class="quiet unread-columns">{say("unreadColumns", guess.unread.join(", "))}</p>}
							<h3>{say("firstRows")}</h3>
							<p class="quiet">{say("rowsLooked", f.number(guess.looked), f.number(guess.refused))}</p>
							<Rows guess={guess} />
						</>
					)}
					<Save guess={guess} busy={busy} use={use} />
				</>
			)}
		</section>
	);
}

const withoutColumns = ({ columns: _, ...rest }: AskedMapping): AskedMapping => rest;
const withoutName = ({ name: _, ...mapping }: AskedMapping): AskedMapping => mapping;

/** The file's kind, in a line, and whether its first row has the names of the columns. */
function Found({ guess, isNamed, setNamed }: { guess: GuessedFile; isNamed: boolean; setNamed(isNamed: boolean): void }) {
	const { say } = useSpeech();
	const sign = guess.delimiter === "\t" ? say("tab") : guess.delimiter;
	const parts = [
		guess.encoding === "" ? "" : say("inEncoding", guess.encoding),
		sign === "" ? "" : say("dividedBy", sign),
		guess.headerLine > 0 ? say("headerIn", String(guess.headerLine)) : "",
	].filter((part) => part !== "");
	return (
		<p class="found">
			<span class="quiet">{parts.join(" · ")}</span>
			{guess.delimiter !== "" && (
				<label class="tick">
					<input type="checkbox" checked={isNamed && guess.headerLine > 0} onChange={(e) => setNamed(e.currentTarget.checked)} />
					{say("hasHeader")}
				</label>
			)}
		</p>
	);
}

/** Saves the mapping under a name, or uses it for this file only. */
function Save({ guess, busy, use }: { guess: GuessedFile; busy: boolean; use(mapping: string): void }) {
	const { say } = useSpeech();
	const [name, setName] = useState("");
	const [said, setSaid] = useState("");
	const { mapping } = guess;
	const isReady = mapping !== null && !busy;
	const save = async () => {
		setSaid("");
		try {
			const saved = await api.saveMapping(name, withoutName(mapping!));
			setSaid(say("mappingSaved", saved.name, String(saved.version)));
			use(saved.name);
		} catch (error) {
			setSaid(failed(error) || say("unreachable"));
		}
	};
	return (
		<form
			class="acts save-mapping"
			onSubmit={(event) => {
				event.preventDefault();
				if (isReady) void save();
			}}
		>
			<label>
				{say("mappingName")}
				<input
					required
					value={name}
					pattern="[A-Za-z0-9][A-Za-z0-9_.\-]{0,47}"
					title="A-Z a-z 0-9 . _ -"
					onInput={(e) => setName(e.currentTarget.value.trim())}
				/>
			</label>
			<button type="submit" disabled={!isReady}>
				{say("saveAndPreview")}
			</button>
			<button type="button" class="ghost" disabled={!isReady} onClick={() => use(JSON.stringify(withoutName(mapping!)))}>
				{say("previewOnce")}
			</button>
			{mapping === null && <span class="quiet">{say("answerFirst")}</span>}
			{said !== "" && <span role="status">{said}</span>}
		</form>
	);
}
