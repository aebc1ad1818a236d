using System.Diagnostics;
using Microsoft.Extensions.Options;
using Notify.Core.Planning;
using Notify.Core.Templates;
using Notify.Storage;

namespace Notify.Core.Triggers;

/// <summary>
/// Creates the enqueue request of a valid trigger: the notification, its deliveries, digest events and expansions.
/// </summary>
internal sealed class NotificationFactory(
    DeliveryPlanner planner,
    ITopicStore topics,
    IOptions<NotificationsOptions> options,
    IdGenerator ids,
    TimeProvider time
)
{
    /// <summary>Creates the request, and takes the permits that the trigger's throttle requires.</summary>
    /// <param name="trigger">The trigger.</param>
    /// <param name="asked">The trigger as the caller gave it, which may name a workflow instead of its fields.</param>
    /// <param name="rendered">The contents of the trigger.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="InvalidRequestException">
    /// The template cannot be rendered for a recipient; or a user does not exist, or a topic never had a subscriber, and the
    /// trigger does not skip them.
    /// </exception>
    public async ValueTask<PlannedRequest> CreateAsync(
        Trigger trigger,
        Trigger asked,
        RenderedContents rendered,
        CancellationToken cancellationToken
    )
    {
        var notification = CreateNotification(trigger, rendered);
        var topicPlan = await PlanTopicsAsync(notification, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<Recipient> named =
            trigger.Topics().Count > 0 ? [.. trigger.To.Where(recipient => recipient.Kind != RecipientKind.Topic)] : trigger.To;
        var planned = await planner
            .PlanAsync(notification, named, cancellationToken, checksContent: rendered.IsChecked, errors: topicPlan.Errors)
            .ConfigureAwait(false);
        if (planned.Errors.Count > 0 || planned.Unknown.Count > 0)
            throw new InvalidRequestException([
                .. planned.Errors,
                .. planned.Unknown.Select(index => CreateUnknownUserError(trigger, named[index])),
            ]);

        return new PlannedRequest(
            new EnqueueRequest(notification, planned.Deliveries)
            {
                Idempotency = CreateClaim(asked, notification),
                Expansions = topicPlan.Expansions,
                Digests = planned.Digests,
            },
            planned.Permits
        )
        {
            Skipped = SkippedRecipients.Add(planned.Skipped, topicPlan.Skipped),
        };
    }

    // The fingerprint is that of the trigger as it was given: a repetition may find a newer version of its template or workflow.
    private IdempotencyClaim? CreateClaim(Trigger trigger, Notification notification) =>
        trigger.IdempotencyKey is { } key
            ? new IdempotencyClaim(
                key,
                TriggerFingerprint.Compute(trigger),
                notification.AcceptedAt + options.Value.IdempotencyRetention
            )
            : null;

    private Notification CreateNotification(Trigger trigger, RenderedContents rendered)
    {
        var now = time.GetUtcNow();
        var sendAt = trigger.SendAt ?? (trigger.SendAtLocal is { } local ? new DateTimeOffset(local, TimeSpan.Zero) : now);
        return new Notification
        {
            Id = ids.Create(now),
            Trigger =
                rendered.TemplateVersion == trigger.TemplateVersion
                    ? trigger
                    : trigger with
                    {
                        TemplateVersion = rendered.TemplateVersion,
                    },
            AcceptedAt = now,
            ExpiresAt = trigger.ExpiresAt ?? (sendAt > now ? sendAt : now) + options.Value.DefaultTimeToLive,
            Contents = rendered.Contents,
            TemplateVersion = rendered.TemplateVersion,
            TraceParent = Activity.Current is { IdFormat: ActivityIdFormat.W3C } current ? current.Id : null,
        };
    }

    // One expansion covers all topics that have subscribers. Each topic without subscribers is recorded as complete.
    private async ValueTask<TopicPlan> PlanTopicsAsync(Notification notification, CancellationToken cancellationToken)
    {
        var named = notification.Trigger.Topics();
        if (named.Count == 0)
            return new TopicPlan([], [], []);

        List<NewExpansion> expansions = [];
        List<FieldError> errors = [];
        List<SkippedRecipient> skipped = [];
        NewExpansion? all = null;
        foreach (var topic in named)
        {
            var subscribers = await topics.CountAsync(notification.Tenant, topic, cancellationToken).ConfigureAwait(false);
            if (subscribers > 0)
            {
                all = new NewExpansion(all?.Topic ?? topic, (all?.Total ?? 0) + subscribers.Value, notification.AcceptedAt);
            }
            else if (subscribers is null && notification.Trigger.OnUnknownRecipient != UnknownRecipientBehavior.Skip)
            {
                errors.Add(CreateUnknownTopicError(notification.Trigger, topic));
            }
            else
            {
                expansions.Add(new NewExpansion(topic, 0, dueAt: null));
                skipped.Add(CreateSkippedTopic(topic, isKnown: subscribers is not null));
            }
        }

        return new TopicPlan(all is null ? expansions : [all, .. expansions], errors, skipped);
    }

    private static FieldError CreateUnknownUserError(Trigger trigger, Recipient user) =>
        new($"to[{trigger.To.IndexOf(user)}]", FieldErrorCodes.NotFound, "This user does not exist.");

    private static FieldError CreateUnknownTopicError(Trigger trigger, string topic) =>
        new(
            $"to[{trigger.To.IndexOf(Recipient.Topic(topic))}]",
            FieldErrorCodes.NotFound,
            "No user has ever subscribed to this topic."
        );

    private static SkippedRecipient CreateSkippedTopic(string topic, bool isKnown) =>
        new()
        {
            Recipient = Recipient.Topic(topic),
            Code = isKnown ? SkipCodes.NoSubscribers : SkipCodes.UnknownTopic,
            Reason = isKnown ? "the topic has no subscribers" : "no user has ever subscribed to this topic",
        };

    private readonly record struct TopicPlan(
        IReadOnlyList<NewExpansion> Expansions,
        IReadOnlyList<FieldError> Errors,
        IReadOnlyList<SkippedRecipient> Skipped
    );
}

/// <summary>The enqueue request of a trigger, and the permits that were taken for it; null for none.</summary>
internal readonly record struct PlannedRequest(EnqueueRequest Request, ThrottleRequest? Permits)
{
    /// <summary>Gets the recipients that get nothing; null if there are none.</summary>
    public SkippedRecipients? Skipped { get; init; }
}
