import type { GuessedFile } from "../../../../../words/answers/head-office/price-lists.ts";
import type { AskedMapping } from "../../../../../words/prices/csv-mapping.ts";
import type { PriceListQuestion } from "../../../../../words/prices/price-list-question.ts";
import { useSpeech } from "../../language/language.ts";

/** Questions about the file that only a person can answer. `answer` asks head office to read it again. */
export function Questions({ guess, answer }: { guess: GuessedFile; answer(asked: AskedMapping): void }) {
	if (guess.questions.length === 0) return null;
	return (
		<div class="questions">
			{guess.questions.map((question) => (
				<OneQuestion key={question.about} question={question} guess={guess} answer={answer} />
			))}
		</div>
	);
}

interface OneGiven {
	question: PriceListQuestion;
	guess: GuessedFile;
	answer(asked: AskedMapping): void;
}

function OneQuestion({ question, guess, answer }: OneGiven) {
	const { say } = useSpeech();
	const { about, found, proposed } = question;
	const columnsNow = Object.fromEntries(guess.columns.flatMap(({ header, fields }) => fields.map((field) => [field, header])));
	const text = about === "currency" && proposed !== null ? say("ask_currencyProposed", proposed) : say(`ask_${about}`, found ?? "");
	switch (about) {
		case "sku":
		case "amount":
			return (
				<Choice
					text={text}
					question={question}
					reads={({ value, reads }) => `${value}: ${reads}`}
					take={(column) => answer({ columns: { ...columnsNow, [about]: column } })}
				/>
			);
		case "encoding":
			return <Choice text={text} question={question} reads={({ value }) => value} take={(encoding) => answer({ encoding })} />;
		case "currency":
			return <Currency text={text} question={question} take={(currency) => answer({ currency })} />;
		case "dates":
			return <Readings text={text} question={question} take={(dates) => answer({ dates: dates as "dmy" | "mdy" })} />;
		case "decimal":
			return (
				<Readings
					text={text}
					question={question}
					take={(value) => {
						const [what, sign] = value.split(":");
						if (sign !== undefined) answer({ [what!]: sign });
					}}
				/>
			);
	}
}

interface Given {
	text: string;
	question: PriceListQuestion;
	take(value: string): void;
}

function Choice({ text, question, reads, take }: Given & { reads(choice: PriceListQuestion["choices"][number]): string }) {
	const { say } = useSpeech();
	return (
		<label class="question">
			<span>{text}</span>
			<select value="" onChange={(e) => e.currentTarget.value !== "" && take(e.currentTarget.value)}>
				<option value="">{say("choose")}</option>
				{question.choices.map((choice) => (
					<option key={choice.value} value={choice.value}>
						{reads(choice)}
					</option>
				))}
			</select>
		</label>
	);
}

function Currency({ text, question, take }: Given) {
	const codes = [...new Set([...question.choices.map(({ value }) => value), ...(question.proposed === null ? [] : [question.proposed])])];
	return (
		<label class="question">
			<span>{text}</span>
			<input
				class="code"
				size={5}
				maxLength={3}
				list="currencies"
				placeholder="EUR"
				autocapitalize="characters"
				value={question.proposed ?? ""}
				onChange={(e) => {
					const code = e.currentTarget.value.trim().toUpperCase();
					if (/^[A-Z]{3}$/.test(code)) take(code);
				}}
			/>
			<datalist id="currencies">
				{codes.map((code) => (
					<option key={code} value={code} />
				))}
			</datalist>
		</label>
	);
}

function Readings({ text, question, take }: Given) {
	const { say } = useSpeech();
	return (
		<fieldset class="question">
			<legend>{text}</legend>
			{question.choices.map(({ value, reads }) => (
				<label key={value} class="tick">
					<input type="radio" name={question.about} checked={question.proposed === value} onChange={() => take(value)} />
					{value === "refuse" ? say("rowsRefused") : <b class="code">{reads}</b>}
				</label>
			))}
		</fieldset>
	);
}
