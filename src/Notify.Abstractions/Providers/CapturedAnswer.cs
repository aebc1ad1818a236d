namespace Notify.Providers;

/// <summary>The answer to a captured message. Each has the name of the <see cref="Outcome"/> that it produces.</summary>
public enum CapturedAnswer
{
    /// <summary>The message counts as sent, the default.</summary>
    Sent,

    /// <summary>The vendor does not work. The message is retried, and the circuit of the provider opens.</summary>
    ProviderFailed,

    /// <summary>The vendor asks to be called less often. The message is retried.</summary>
    Throttled,

    /// <summary>The vendor will never accept the message. It becomes a dead letter.</summary>
    Rejected,

    /// <summary>The address is gone. The message becomes a dead letter, and the device or the address is removed.</summary>
    RecipientGone,
}
