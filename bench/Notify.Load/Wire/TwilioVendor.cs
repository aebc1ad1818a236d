using Notify.Providers;

namespace Notify.Load.Wire;

/// <summary>Twilio's Messages API: HTTP over TLS with a form, and an answer that describes the message.</summary>
internal sealed class TwilioVendor : WireVendor
{
    private const string Account = "AC0123456789abcdef0123456789abcdef";

    private const string Message = "SM0123456789abcdef0123456789abcdef";

    public override string Name => "twilio";

    public override bool HasId => true;

    public override void AddTo(INotificationsBuilder notifications, Uri address) =>
        notifications.AddTwilio(options =>
        {
            options.BaseAddress = address;
            options.AccountSid = Account;
            options.AuthToken = "0123456789abcdef0123456789abcdef";
            options.From = "+46701234567";
        });

    public override SinkAnswer AnswerAt(string path) =>
        new(
            201,
            $$"""
            {"account_sid":"{{Account}}","api_version":"2010-04-01","body":"It was shipped and will arrive tomorrow.",
            "date_created":"Sun, 22 Nov 2026 09:00:00 +0000","date_sent":null,"date_updated":"Sun, 22 Nov 2026 09:00:00 +0000",
            "direction":"outbound-api","error_code":null,"error_message":null,"from":"+46701234567","messaging_service_sid":null,
            "num_media":"0","num_segments":"1","price":null,"price_unit":"USD","sid":"{{Message}}","status":"queued",
            "subresource_uris":{"media":"/2010-04-01/Accounts/{{Account}}/Messages/{{Message}}/Media.json"},"to":"+46700000000",
            "uri":"/2010-04-01/Accounts/{{Account}}/Messages/{{Message}}.json"}
            """
        );

    protected override Address CreateAddress(int number, Uri address) => new(Channel.Sms, $"+4670{1_000_000 + number}");
}
