using Notify.Providers;

namespace Notify.Dashboard.Tests;

/// <summary>A provider of email whose vendor a test breaks and mends.</summary>
public sealed class SwitchedProvider : IDeliveryProvider
{
    private volatile Func<Outcome> _answer = Send;

    public string Name => "mail";

    public Channel Channel => Channel.Email;

    public void Answer(Func<Outcome> answer) => _answer = answer;

    public void Mend() => _answer = Send;

    public ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_answer());

    private static Outcome Send() => Outcome.Sent("vendor-message-1");
}
