using DotNetCore.CAP;

namespace Notify.Peers.Cap;

/// <summary>Handles the messages of CAP, which looks for the attribute.</summary>
public sealed class EmailSubscriber : ICapSubscribe
{
    public const string Topic = "email";

    [CapSubscribe(Topic)]
    public void Handle(Email email) => Email.Send(email);
}
