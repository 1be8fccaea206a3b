/** What every answer to a question begins with: which question it was, of which model, and how to ask it again. */
export interface AnswerHead {
  readonly format: 1;
  readonly scenario: string;
  readonly question: string;
  /** First 12 hex digits of the SHA-256 of what was asked, the resolved scenario and the model version. */
  readonly id: string;
  readonly model_version: number;
  readonly seed: number;
  readonly quick: boolean;
  readonly repeat_command: string;
}
