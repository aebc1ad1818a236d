namespace Notify.Dashboard.DeadLetters;

/// <summary>The model of the dead letters.</summary>
internal sealed record DeadLetterView
{
    public required DeadLetterFilter Filter { get; init; }

    public required Page<DeliveryRecord> Found { get; init; }

    public required long Count { get; init; }

    public required IReadOnlyList<DeadLetterGroup> Groups { get; init; }

    /// <summary>Gets how many dead letters the groups count; null if these are all.</summary>
    public int? Examined { get; init; }

    public IReadOnlyList<FieldError> Errors { get; init; } = [];

    /// <summary>Gets whether the list shows a part of the dead letters.</summary>
    public bool IsFiltered =>
        Filter.Provider is not null || Filter.Reason is not null || Filter.From is not null || Filter.To is not null;

    public static DeadLetterView Invalid(DeadLetterFilter filter, IReadOnlyList<FieldError> errors) =>
        new()
        {
            Filter = filter,
            Found = new Page<DeliveryRecord> { Items = [] },
            Count = 0,
            Groups = [],
            Errors = errors,
        };
}

/// <summary>Dead letters with the same reason of the same provider.</summary>
internal sealed record DeadLetterGroup(string? Reason, string Provider, Channel Channel, long Count);

/// <summary>The result of a dry run.</summary>
internal sealed record ReplayCheck(DeadLetterReplay Replay, long Count);
