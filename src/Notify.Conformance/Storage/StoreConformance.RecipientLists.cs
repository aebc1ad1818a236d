using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>This part tests the lists that jobs read.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task All_devices_of_a_tenant_are_listed_in_pages()
    {
        foreach (var user in (string[])["b", "a", "ä", "a1"])
        {
            await RegisterAsync("d2", user, $"{user}-2");
            await RegisterAsync("d1", user, $"{user}-1");
        }

        await RegisterAsync("d1", "a", "other", tenant: OtherTenant);
        await PruneAsync("b-1", Now.AddDays(1));

        var listed = new List<Device>();
        for (IReadOnlyList<Device> page = [.. await ListAsync(null)]; page.Count > 0; page = await ListAsync(page[^1]))
            listed.AddRange(page);

        Assert.Equal(8, listed.Count);
        Assert.Equal(["a-1", "a-2", "a1-1", "a1-2", "b-1", "b-2", "ä-1", "ä-2"], listed.Select(device => device.Token));
        Assert.All(listed, device => Assert.Equal(Tenant, device.Tenant));
        Assert.Equal(["b-1"], listed.Where(device => device.PrunedAt is not null).Select(device => device.Token));

        ValueTask<IReadOnlyList<Device>> ListAsync(Device? last) =>
            Store.RecipientLists.ListDevicesAsync(
                Tenant,
                last is null ? null : new DevicePosition(last.UserId, last.Id),
                limit: 3,
                Cancellation
            );
    }

    [Fact]
    public async Task The_topics_of_a_user_are_listed()
    {
        await Store.Topics.SubscribeAsync(Tenant, "news", ["u", "v"], Cancellation);
        await Store.Topics.SubscribeAsync(Tenant, "sport", ["u"], Cancellation);
        await Store.Topics.SubscribeAsync(Tenant, "music", ["v"], Cancellation);
        await Store.Topics.SubscribeAsync(OtherTenant, "other", ["u"], Cancellation);
        await Store.Topics.SubscribeAsync(Tenant, "left", ["u"], Cancellation);
        await Store.Topics.UnsubscribeAsync(Tenant, "left", ["u"], Cancellation);

        Assert.Equal(["news", "sport"], (await Store.RecipientLists.ListTopicsAsync(Tenant, "u", Cancellation)).Order());
        Assert.Empty(await Store.RecipientLists.ListTopicsAsync(Tenant, "unknown", Cancellation));
    }
}
