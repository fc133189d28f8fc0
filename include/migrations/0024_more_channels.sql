-- Messages go by more channels than three. Which ones there are is a matter of the program; what a
-- row needs is that its sender is named.

alter table notify.outbox drop constraint outbox_channel_check;
alter table notify.outbox add constraint outbox_channel_check check (channel ~ '^[a-z_]+$');
