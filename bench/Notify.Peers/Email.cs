namespace Notify.Peers;

/// <summary>The message that every peer sends: the same as in the scenarios of Notify.</summary>
public sealed record Email(string To, string Title, string Body)
{
    private static int s_sent;

    /// <summary>Gets the number of messages that were sent.</summary>
    public static int Sent => Volatile.Read(ref s_sent);

    public static Email Create(int number) =>
        new($"{number}@example.org", "Your order", "It was shipped and will arrive tomorrow.");

    /// <summary>Sends the message to a vendor that accepts at once, at no cost.</summary>
    public static void Send(Email email)
    {
        ArgumentNullException.ThrowIfNull(email);
        Interlocked.Increment(ref s_sent);
    }
}
