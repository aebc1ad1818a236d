using Notify.Client.Calls;

namespace Notify.Client.Notifications;

/// <summary>A notification in a list, or with its deliveries.</summary>
internal sealed record NotificationAnswer
{
    public required Guid Id { get; init; }

    public NotificationStatus? Status { get; init; }

    public string? Tenant { get; init; }

    public string? Kind { get; init; }

    public Priority Priority { get; init; }

    public UsedVersionAnswer? Template { get; init; }

    public UsedVersionAnswer? Workflow { get; init; }

    public string? Category { get; init; }

    public string? CollapseKey { get; init; }

    public string? IdempotencyKey { get; init; }

    public string? Reference { get; init; }

    public string? CancellationKey { get; init; }

    public IReadOnlyList<string>? Tags { get; init; }

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    public DateTimeOffset AcceptedAt { get; init; }

    public DateTimeOffset? SendAt { get; init; }

    public DateTime? SendAtLocal { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public IReadOnlyList<ExpansionAnswer>? Expansions { get; init; }

    public DateTimeOffset? PausedAt { get; init; }

    public IReadOnlyList<CollectedAnswer>? Collected { get; init; }

    public IReadOnlyList<SummarizedAnswer>? Summarizes { get; init; }

    public IReadOnlyDictionary<string, long>? Counts { get; init; }

    public PageAnswer<DeliveryAnswer>? Deliveries { get; init; }

    public NotificationSummary CreateSummary(string tenant) =>
        new()
        {
            Id = Id,
            AcceptedAt = AcceptedAt,
            ExpiresAt = ExpiresAt,
            Trigger = CreateTrigger(tenant),
            Status = Status,
        };

    public NotificationTimeline CreateTimeline(string tenant)
    {
        var trigger = CreateTrigger(tenant);
        var owner = new DeliveryOwner(trigger, AcceptedAt, ExpiresAt);
        return new NotificationTimeline
        {
            Notification = new Notification
            {
                Id = Id,
                Trigger = trigger,
                AcceptedAt = AcceptedAt,
                ExpiresAt = ExpiresAt,
                Contents = [],
                TemplateVersion = Template?.Version,
            },
            Status = Status ?? NotificationStatus.Unknown,
            Expansions = CreateExpansions(),
            PausedAt = PausedAt,
            Collected = [.. (Collected ?? []).Select(collected => collected.CreateEvent(Id))],
            Summarizes = [.. (Summarizes ?? []).Select(summarized => summarized.CreateEvent(Id))],
            Counts = CreateCounts(),
            Deliveries = Deliveries?.CreatePage(delivery => delivery.CreateRecord(owner))
                ?? new Page<DeliveryRecord> { Items = [] },
        };
    }

    public IReadOnlyList<ExpansionProgress> CreateExpansions() =>
        [.. (Expansions ?? []).Select(expansion => expansion.CreateProgress(AcceptedAt))];

    private Trigger CreateTrigger(string tenant) =>
        new()
        {
            Tenant = Tenant ?? tenant,
            To = [],
            Kind = Kind switch
            {
                "test" => ApiKeyKind.Test,
                "team" => ApiKeyKind.Team,
                _ => ApiKeyKind.Live,
            },
            Priority = Priority,
            Template = Template?.Name,
            TemplateVersion = Template?.Version,
            Workflow = Workflow?.Name,
            WorkflowVersion = Workflow?.Version,
            Category = Category,
            CollapseKey = CollapseKey,
            IdempotencyKey = IdempotencyKey,
            Reference = Reference,
            CancellationKey = CancellationKey,
            Tags = Tags,
            Metadata = Metadata,
            SendAt = SendAt,
            SendAtLocal = SendAtLocal,
            ExpiresAt = ExpiresAt,
        };

    private Dictionary<DeliveryState, long> CreateCounts() =>
        new()
        {
            [DeliveryState.Pending] = GetCount("pending"),
            [DeliveryState.Sent] = GetCount("sent"),
            [DeliveryState.DeadLetter] = GetCount("deadLetter"),
            [DeliveryState.Cancelled] = GetCount("cancelled"),
        };

    private long GetCount(string state) => Counts?.GetValueOrDefault(state) ?? 0;
}

/// <summary>A template or a workflow.</summary>
internal sealed record UsedVersionAnswer(string Name, int? Version);

/// <summary>The progress of topics.</summary>
internal sealed record ExpansionAnswer(
    string Topic,
    long Done,
    long Total,
    bool Complete,
    double Rate,
    bool DeadLetter,
    string? Reason
)
{
    /// <summary>Creates the progress, whose last time follows from the rate that the service shows.</summary>
    public ExpansionProgress CreateProgress(DateTimeOffset startedAt) =>
        new()
        {
            Topic = Topic,
            Done = Done,
            Total = Total,
            IsComplete = Complete || DeadLetter,
            StartedAt = startedAt,
            UpdatedAt = Rate > 0 ? startedAt.AddSeconds(Done / Rate) : startedAt,
            Reason = Reason,
        };
}

/// <summary>An event of the notification that a digest collected.</summary>
internal sealed record CollectedAnswer(Guid Event, Guid Digest, string? User, CollectedState State, Guid? Summary, string? Reason)
{
    public CollectedEvent CreateEvent(Guid notificationId) =>
        new()
        {
            Id = Event,
            NotificationId = notificationId,
            DigestId = Digest,
            UserId = User,
            State = State,
            SummaryId = Summary,
            Reason = Reason,
        };
}

/// <summary>An event of another notification that this one summarizes.</summary>
internal sealed record SummarizedAnswer(Guid Event, Guid Digest, Guid Notification)
{
    public CollectedEvent CreateEvent(Guid summaryId) =>
        new()
        {
            Id = Event,
            NotificationId = Notification,
            DigestId = Digest,
            State = CollectedState.Summarized,
            SummaryId = summaryId,
        };
}
