namespace Notify.Client.Outbox;

/// <summary>The outcomes of leased rows.</summary>
internal sealed class OutboxSettlement
{
    /// <summary>Gets the rows that the service accepted, now or before.</summary>
    public List<OutboxRow> Accepted { get; } = [];

    /// <summary>Gets the rows that are not sent again by themselves.</summary>
    public List<OutboxRefusal> Refused { get; } = [];

    /// <summary>Gets the rows that are sent again.</summary>
    public List<OutboxRow> Released { get; } = [];

    /// <summary>Gets the rows that must be sent in smaller requests.</summary>
    public List<OutboxRow> TooLarge { get; } = [];

    /// <summary>Gets whether the released rows were not sent at all.</summary>
    public bool IsUnsent { get; init; }

    /// <summary>Gets or sets whether the service may have accepted the released rows in this attempt.</summary>
    public bool MayHaveArrived { get; set; }

    /// <summary>Gets or sets the reason why rows are sent again; null if none are.</summary>
    public Exception? Error { get; set; }

    /// <summary>Gets whether the service processed nothing.</summary>
    public bool HasFailed => Error is not null && Accepted.Count == 0 && Refused.Count == 0;

    /// <summary>Adds the outcomes of a part of the rows.</summary>
    public void Add(OutboxSettlement part)
    {
        Accepted.AddRange(part.Accepted);
        Refused.AddRange(part.Refused);
        Released.AddRange(part.Released);
        MayHaveArrived |= part.MayHaveArrived;
        Error ??= part.Error;
    }
}

/// <summary>A row that is not sent again by itself.</summary>
internal sealed record OutboxRefusal(OutboxRow Row, string Code, string Reason);
