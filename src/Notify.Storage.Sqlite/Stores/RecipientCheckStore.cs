using Notify.Storage.Sqlite.Connection;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>
/// Reads the users, devices and subscriptions of deliveries that waited, and changes the addresses of deliveries.
/// </summary>
internal sealed class RecipientCheckStore(DatabaseWriter writer, StoreDatabase database) : IRecipientCheckStore
{
    public ValueTask<IReadOnlyList<RecipientAnswer>> ReadAsync(
        IReadOnlyList<RecipientQuestion> questions,
        CancellationToken cancellationToken
    )
    {
        using var connection = database.OpenReader();
        using var users = new Statement(connection, UserStore.Select);
        using var devices = new Statement(connection, DeviceStore.Alive);
        using var subscriptions = new Statement(
            connection,
            "SELECT 1 FROM notify_subscription WHERE tenant = @tenant AND topic = @topic AND user_id = @user_id"
        );
        var answers = new RecipientAnswer[questions.Count];
        for (var i = 0; i < answers.Length; i++)
        {
            var question = questions[i];
            answers[i] = new RecipientAnswer(
                UserStore.ReadUser(users, question.Tenant, question.UserId),
                question.WithDevices ? ReadDevices(devices, question) : [],
                question.Topic is { } topic && IsSubscribed(subscriptions, question, topic)
            );
        }

        return new(answers);
    }

    public ValueTask<IReadOnlyList<bool>> RedirectAsync(
        IReadOnlyList<Redirection> redirections,
        CancellationToken cancellationToken
    ) =>
        writer.RunAsync<IReadOnlyList<bool>>(
            () =>
            {
                using var redirect = new Statement(
                    writer.Connection,
                    """
                    UPDATE notify_delivery SET address = @address, platform = @platform, app = @app,
                        collapse_address = CASE WHEN collapse_key IS NOT NULL THEN @collapse_address END
                    WHERE id = @id AND fence = @fence AND owner IS NOT NULL
                    """
                );
                return
                [
                    .. redirections.Select(one =>
                        redirect
                            .Bind("@id", one.DeliveryId)
                            .Bind("@fence", one.Fence)
                            .Bind("@address", one.To.Value)
                            .Bind("@platform", one.To.Platform?.Name)
                            .Bind("@app", one.To.App)
                            .Bind("@collapse_address", one.To.Normalize().Value)
                            .Execute() == 1
                    ),
                ];
            },
            cancellationToken
        );

    private static List<Device> ReadDevices(Statement devices, RecipientQuestion question)
    {
        var found = new List<Device>();
        devices.Bind("@tenant", question.Tenant).Bind("@user_id", question.UserId);
        while (devices.Read())
            found.Add(DeviceStore.ReadDevice(devices));
        return found;
    }

    private static bool IsSubscribed(Statement subscriptions, RecipientQuestion question, string topic)
    {
        subscriptions.Bind("@tenant", question.Tenant).Bind("@topic", topic).Bind("@user_id", question.UserId);
        var isSubscribed = subscriptions.Read();
        subscriptions.Reset();
        return isSubscribed;
    }
}
