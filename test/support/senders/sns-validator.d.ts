// sns-validator comes without types; this is what the test uses of it.
declare module "sns-validator" {
  export default class MessageValidator {
    validate(message: string | object, answer: (error: Error | null, message?: unknown) => void): void;
  }
}
