namespace Notify.Hosting.Tests;

/// <summary>The names and IDs of the things that a tenant has.</summary>
internal sealed record ThingsOfTenant(string Tenant, string Name)
{
    public string User => $"user-{Name}";

    /// <summary>Gets the user that a job saved.</summary>
    public string Imported => $"imported-{Name}";

    public string Member => $"member-{Name}";

    public string Device => $"device-{Name}";

    public string Token => $"token-{Name}";

    public string Topic => $"topic-{Name}";

    public string Template => $"template-{Name}";

    public string Workflow => $"workflow-{Name}";

    public string Reference => $"reference-{Name}";

    public string Tag => $"tag-{Name}";

    public string Category => $"category-{Name}";

    public string IdempotencyKey => $"once-{Name}";

    public string CancellationKey => $"cancel-{Name}";

    public string Address => $"direct@{Name}.example.org";

    public string Webhook => $"https://{Name}.example.org/hook";

    public required string Notification { get; init; }

    public required string Broadcast { get; init; }

    public required string Delivery { get; init; }

    public required string DeadLetter { get; init; }

    public required string Job { get; init; }

    public required string ApiKey { get; init; }

    public required string Client { get; init; }

    public required string InboxItem { get; init; }

    public required string Subscription { get; init; }

    /// <summary>Gets the IDs that the service made, which are secret as long as nobody passes them on.</summary>
    public IReadOnlyList<string> Generated =>
        [Notification, Broadcast, Delivery, DeadLetter, Job, ApiKey, Client, InboxItem, Subscription];

    /// <summary>Creates the things that a tenant will have later, with other IDs.</summary>
    public static ThingsOfTenant CreateUnknown(string name) =>
        new(name, name)
        {
            Notification = $"{Guid.CreateVersion7()}",
            Broadcast = $"{Guid.CreateVersion7()}",
            Delivery = $"{Guid.CreateVersion7()}",
            DeadLetter = $"{Guid.CreateVersion7()}",
            Job = $"{Guid.CreateVersion7()}",
            ApiKey = $"{Guid.CreateVersion7()}",
            Client = $"{Guid.CreateVersion7()}",
            InboxItem = $"{Guid.CreateVersion7()}",
            Subscription = $"{Guid.CreateVersion7()}",
        };

    /// <summary>Finds the ID that follows a segment of a path.</summary>
    public string? FindId(string segment) =>
        segment switch
        {
            "api-keys" => ApiKey,
            "clients" => Client,
            "devices" => Device,
            "event-subscriptions" => Subscription,
            "jobs" => Job,
            "members" => Member,
            "notifications" => Notification,
            "templates" => Template,
            "topics" => Topic,
            "users" => User,
            "versions" => "1",
            "workflows" => Workflow,
            _ => null,
        };

    /// <summary>Finds the value of a query parameter.</summary>
    public string? FindFilter(string name) =>
        name switch
        {
            "action" => "user saved",
            "actor" => Name,
            "address" => Address,
            "category" => Category,
            "ids" => DeadLetter,
            "prefix" => User[..^1],
            "reference" => Reference,
            "resource" => $"/v1/users/{User}",
            "tag" => Tag,
            "template" => Template,
            "user" => User,
            "workflow" => Workflow,
            _ => null,
        };
}
