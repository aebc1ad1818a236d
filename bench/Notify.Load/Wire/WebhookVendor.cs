using Notify.Providers;

namespace Notify.Load.Wire;

/// <summary>An endpoint that receives webhooks: HTTP/1.1 over TLS, signed requests, and answers without a body.</summary>
internal sealed class WebhookVendor : WireVendor
{
    public override string Name => "webhook";

    public override void AddTo(INotificationsBuilder notifications, Uri address) =>
        notifications.AddWebhook(options =>
        {
            options.AllowPrivateNetworks = true;
            options.Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        });

    public override SinkAnswer AnswerAt(string path) => new(200);

    protected override Address CreateAddress(int number, Uri address) =>
        new(Channel.Webhook, new Uri(address, $"/hooks/{100_000 + number}").AbsoluteUri);
}
