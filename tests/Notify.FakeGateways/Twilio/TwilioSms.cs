using System.Globalization;

namespace Notify.FakeGateways.Twilio;

/// <summary>A message that the gateway took over.</summary>
/// <param name="Sid">Its id: <c>SM</c> and 32 hexadecimal digits.</param>
/// <param name="From">The sender; null while a messaging service has not chosen one.</param>
/// <param name="MessagingServiceSid">The messaging service that chooses.</param>
/// <param name="To">The recipient.</param>
/// <param name="Body">The text.</param>
/// <param name="StatusCallback">Where to call back.</param>
/// <param name="ValidityPeriod">How many seconds it may be queued.</param>
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
    internal static TwilioSms Of(TwilioRequest request) =>
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
