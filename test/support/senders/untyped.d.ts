// Libraries that come without types; this is what the tests use of them.
declare module "sns-validator" {
  export default class MessageValidator {
    validate(message: string | object, callback: (error: Error | null) => void): void;
  }
}
declare module "smartcar" {
  const smartcar: {
    hashChallenge(token: string, challenge: string): string;
    verifyPayload(token: string, signature: string, body: unknown): boolean;
  };
  export default smartcar;
}
declare module "coinbase-commerce-node" {
  export const Webhook: { verifySigHeader(body: string, signature: string, secret: string): boolean };
}
declare module "@solidgate/node-sdk" {
  export class Api {
    constructor(publicKey: string, secretKey: string);
    _generateSignature(text: string): string;
  }
}
declare module "event-notification-nodejs-sdk/lib/validator.js" {
  const validator: {
    validateSignature(message: unknown, signature: string, config: object): Promise<boolean>;
    generateChallengeResponse(code: string, config: { verificationToken: string; endpoint: string }): string;
  };
  export default validator;
}
declare module "event-notification-nodejs-sdk/lib/client.js" {
  const client: { getPublicKey(keyId: string, config: object): Promise<{ key: string }> };
  export default client;
}
