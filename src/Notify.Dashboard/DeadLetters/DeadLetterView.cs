namespace Notify.Dashboard.DeadLetters;

/// <summary>The model of the dead letters.</summary>
internal sealed record DeadLetterView
{
    public required DeadLetterFilter Filter { get; init; }

    public required Page<DeliveryRecord> Found { get; init; }

    /// <summary>Gets the number of dead letters that match; null if counting them would take seconds.</summary>
    public required long? Count { get; init; }

    public required DeadLetterGroups Groups { get; init; }

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
            Groups = DeadLetterGroups.None,
            Errors = errors,
        };
}

/// <summary>The progress of a replay.</summary>
/// <param name="Filter">The dead letters that are replayed.</param>
/// <param name="Total">Their number at the start.</param>
/// <param name="Left">How many of them are still dead letters.</param>
internal sealed record ReplayProgress(DeadLetterFilter Filter, long Total, long Left);

/// <summary>The result of a dry run.</summary>
internal sealed record ReplayCheck(DeadLetterReplay Replay, long Count);
