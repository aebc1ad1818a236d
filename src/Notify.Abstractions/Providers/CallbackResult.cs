namespace Notify.Providers;

/// <summary>The result of reading a request from a vendor.</summary>
public sealed class CallbackResult
{
    private CallbackResult(CallbackResultKind kind, string? reason = null, IReadOnlyList<CallbackReceipts>? receipts = null) =>
        (Kind, Reason, Receipts) = (kind, reason, receipts ?? []);

    /// <summary>Gets the result of a request whose signature or credentials are not valid.</summary>
    public static CallbackResult InvalidSignature { get; } = new(CallbackResultKind.InvalidSignature);

    /// <summary>Gets the result of a genuine request that reports nothing to record, such as a message in transit.</summary>
    public static CallbackResult Nothing { get; } = new(CallbackResultKind.Read);

    /// <summary>Gets the kind.</summary>
    public CallbackResultKind Kind { get; }

    /// <summary>Gets the reason for which nothing was read; null if the request was read or its signature is not valid.</summary>
    public string? Reason { get; }

    /// <summary>Gets the receipts by tenant. Empty if there is nothing to record.</summary>
    public IReadOnlyList<CallbackReceipts> Receipts { get; }

    /// <summary>Creates the result of a request that was read.</summary>
    /// <param name="receipts">The receipts by tenant.</param>
    public static CallbackResult Read(params IReadOnlyList<CallbackReceipts> receipts)
    {
        ArgumentNullException.ThrowIfNull(receipts);
        return new CallbackResult(CallbackResultKind.Read, receipts: receipts);
    }

    /// <summary>Creates the result of a genuine request whose body is not in the form that the vendor documents.</summary>
    /// <param name="reason">The reason why the body cannot be read. It must not contain any part of the body.</param>
    public static CallbackResult Unreadable(string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        return new CallbackResult(CallbackResultKind.Unreadable, reason);
    }

    /// <summary>
    /// Creates the result of a request that cannot be verified now, because something that it needs cannot be reached. The vendor
    /// is asked to repeat it.
    /// </summary>
    /// <param name="reason">The reason why the request cannot be verified now.</param>
    public static CallbackResult NotVerified(string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        return new CallbackResult(CallbackResultKind.NotVerified, reason);
    }

    /// <summary>Returns the kind and the reason.</summary>
    public override string ToString() => Reason is null ? $"{Kind}" : $"{Kind}: {Reason}";
}

/// <summary>The kinds of results of reading a request from a vendor.</summary>
public enum CallbackResultKind
{
    /// <summary>The request was read.</summary>
    Read,

    /// <summary>The signature or the credentials of the request are not valid.</summary>
    InvalidSignature,

    /// <summary>The request is genuine, but its body is not in the form that the vendor documents.</summary>
    Unreadable,

    /// <summary>The request cannot be verified now. The vendor should repeat it.</summary>
    NotVerified,
}
