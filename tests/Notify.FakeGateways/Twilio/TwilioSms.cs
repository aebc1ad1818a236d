using System.Globalization;

namespace Notify.FakeGateways.Twilio;

/// <summary>A message that the gateway accepted.</summary>
/// <param name="Sid">Its id: <c>SM</c> followed by 32 hexadecimal digits.</param>
/// <param name="From">The sender, or null if a messaging service has yet to choose one.</param>
/// <param name="MessagingServiceSid">The messaging service that chooses the sender, or null for none.</param>
/// <param name="To">The recipient.</param>
/// <param name="Body">The text.</param>
/// <param name="StatusCallback">The URL for status callbacks.</param>
/// <param name="ValidityPeriod">How many seconds the message may wait in the queue.</param>
public sealed record TwilioSms(
    string Sid,
    string? From,
    string? MessagingServiceSid,
    string To,
    string Body,
    string? StatusCallback,
    int? ValidityPeriod
)
{
    internal static TwilioSms FromRequest(TwilioRequest request) =>
        new(
            TwilioAccount.NewSid("SM"),
            request.From,
            request.MessagingServiceSid,
            request.To!,
            request.Body!,
            request.Field("StatusCallback"),
            request.Field("ValidityPeriod") is { } seconds ? int.Parse(seconds, CultureInfo.InvariantCulture) : null
        );
}
