namespace Notify.Peers.Wolverine;

/// <summary>Wolverine calls handlers by convention, from code that it generates, so they are public.</summary>
public sealed class EmailHandler
{
    public static void Handle(Email email) => Email.Send(email);
}
